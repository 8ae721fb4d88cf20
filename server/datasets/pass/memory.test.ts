import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const fixture = fileURLToPath(new URL("memory.fixture.ts", import.meta.url));

test("a file of 200 MB is read without growing the process", async () => {
  // a small young generation, so that what is seen is what we keep and not how long V8 waits before it cleans up
  const flags = ["--max-semi-space-size=4", "--disable-warning=ExperimentalWarning"];
  const { stdout } = await run(process.execPath, [...flags, fixture, "200"]);
  const found: { rows: number; badRows: number; grownMb: number } = JSON.parse(stdout);
  expect(found.rows).toBeGreaterThan(200_000);
  expect(found.badRows).toBe(0);
  expect(found.grownMb).toBeLessThan(64);
});
