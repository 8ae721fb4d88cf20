import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

test("a postmaster.pid that names a stranger, or the server of another folder, is only removed", async () => {
  const dir = await mkdtemp(join(tmpdir(), "largeforge pg "));
  const copy = await mkdtemp(join(tmpdir(), "largeforge pg copy "));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  const pidFile = join("cluster", "postmaster.pid");
  const stranger = spawn("sleep", ["600"]);
  onTestFinished(() => void stranger.kill("SIGKILL"));
  await once(stranger, "spawn");

  await (await startEmbeddedPostgres({ dir, durable: false })).stop();
  await cp(dir, copy, { recursive: true });
  await writeFile(join(dir, pidFile), `${stranger.pid}\n${join(dir, "cluster")}\n1700000000\n1\n\n127.0.0.1\n`);
  const server = await startEmbeddedPostgres({ dir, durable: false });
  onTestFinished(() => server.stop());
  expect([server.adopted, stranger.exitCode, stranger.signalCode]).toEqual([false, null, null]);

  await writeFile(join(copy, pidFile), await readFile(join(dir, pidFile)));
  const second = await startEmbeddedPostgres({ dir: copy, durable: false });
  onTestFinished(() => second.stop());
  expect(second.adopted).toBe(false);
  expect(await startEmbeddedPostgres({ dir, durable: false })).toMatchObject({ adopted: true, pid: server.pid });
});
