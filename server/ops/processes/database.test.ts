import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { keepDatabase } from "#server/ops/processes/database.ts";
import { until } from "#server/process.fixture.ts";

test("a database that is killed comes back where it was, with what was committed", async () => {
  const dir = await mkdtemp(join(tmpdir(), "largeforge kept pg "));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const database = await keepDatabase(dir);
  onTestFinished(() => database.stop());
  const ask = async (query: string) => {
    const sql = postgres(database.url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    return sql.unsafe(query).finally(() => sql.end({ timeout: 1 }));
  };
  await ask("create table kept as select 7 as n");
  const before = database.pid();
  process.kill(before, "SIGKILL");
  await until(async () => database.pid() !== before);
  expect(await ask("select n from kept")).toMatchObject([{ n: 7 }]);
});
