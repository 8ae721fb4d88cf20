import { expect, test } from "vitest";
import { isDriverCrash, within } from "#server/outlive-database.ts";

function thrown(stack: string, kind: typeof Error = TypeError) {
  return Object.assign(new kind("Cannot read properties of null (reading 'write')"), { stack });
}

test("only what the driver itself throws is outlived", () => {
  const driver =
    "TypeError: x\n    at Immediate.nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)";
  expect(isDriverCrash(thrown(driver))).toBe(true);
  const ours = `TypeError: x\n    at tick (file:///app/server/x.ts:1:1)\n${driver.split("\n")[1]}`;
  expect(isDriverCrash(thrown(ours))).toBe(false);
  expect(isDriverCrash(thrown(driver, RangeError))).toBe(false);
});

test("a query that never settles becomes an error", async () => {
  await expect(within(5, new Promise(() => {}))).rejects.toThrow("did not answer within 5 ms");
  expect(await within(1_000, Promise.resolve("row"))).toBe("row");
});
