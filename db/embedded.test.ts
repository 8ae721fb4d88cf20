import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "#db/embedded.ts";

test("the embedded server is adopted while it lives, and recovers every committed row after a kill -9", async () => {
  const dir = await mkdtemp(join(tmpdir(), "largeforge pg "));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const first = await startEmbeddedPostgres({ dir });
  const sql = postgres(first.url, { max: 1, onnotice: () => {} });
  await sql`create table kept (n int)`;
  await sql`insert into kept select generate_series(1, 1000)`;
  await sql.end();

  const adopted = await startEmbeddedPostgres({ dir });
  expect(adopted).toMatchObject({ adopted: true, pid: first.pid, port: first.port });

  process.kill(first.pid, "SIGKILL");
  const second = await startEmbeddedPostgres({ dir });
  onTestFinished(() => second.stop());
  expect(second).toMatchObject({ adopted: false, port: first.port });
  const again = postgres(second.url, { max: 1, onnotice: () => {} });
  expect((await again`select count(*)::int as n from kept`)[0]?.n).toBe(1000);
  await again.end();
  await second.stop();
  await expect(postgres(second.url, { max: 1, connect_timeout: 2, onnotice: () => {} })`select 1`).rejects.toThrow();
});
