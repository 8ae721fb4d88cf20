import { expect, test } from "@playwright/test";
import { forge } from "./start.ts";

test("a second up on the same folder starts nothing and says where the first one is", async () => {
  const refused = await forge("up").then(
    () => null,
    (error: { code: number; stderr: string }) => error,
  );
  expect(refused?.code).toBe(5);
  expect(refused?.stderr).toContain("LargeForge already runs");
  expect(refused?.stderr).toContain(process.env.FORGE_TEST_CONSOLE);
  const status = JSON.parse(await forge("status", "--json"));
  expect(status.processes.map((row: { state: string; restarts: number }) => [row.state, row.restarts])).toEqual(
    Array(4).fill(["ready", 0]),
  );
});
