import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, openSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { asPostgresUser, binaries, cleanEnv, mustDropRoot, nobody } from "#db/embedded-binaries.ts";
import { findPostmaster, stopPostmaster } from "#db/postmaster.ts";

const run = promisify(execFile);
const readyWithinMs = 30_000;

export type EmbeddedPostgres = { url: string; port: number; pid: number; adopted: boolean; stop: () => Promise<void> };

/**
 * Start (or adopt) the Postgres server that belongs to `dir`; creates the cluster on first use.
 * Loopback only, scram passwords, no unix socket. `durable: false` turns fsync off (tests).
 * Comes back on the port it had, so that a restart is found. Throws with the server's own last log lines when it does not come up.
 */
export async function startEmbeddedPostgres(options: {
  dir: string;
  durable?: boolean;
  maxConnections?: number;
}): Promise<EmbeddedPostgres> {
  const { dir } = options;
  const cluster = join(dir, "cluster");
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const bin = await binaries();
  const password = await readOrCreatePassword(join(dir, "password"));
  if (!existsSync(join(cluster, "PG_VERSION"))) await initCluster(bin, dir, cluster);

  const live = await findPostmaster(cluster);
  if (live && (await answers(urlOf(live.port, password)))) {
    return { ...live, url: urlOf(live.port, password), adopted: true, stop: () => stopPostmaster(live.pid, cluster) };
  }
  if (live) await stopPostmaster(live.pid, cluster);
  await rm(join(cluster, "postmaster.pid"), { force: true });

  const port = await lastOrFreePort(join(dir, "port"));
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: String(options.maxConnections ?? 200),
    ...(options.durable === false ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
  };
  const log = join(dir, "postgres.log");
  const url = urlOf(port, password);
  const args = ["-D", cluster, ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`])];
  const child = await startServer(() => spawnServer(bin, args, log), url, log);
  const pid = (await findPostmaster(cluster))?.pid ?? child.pid ?? 0;
  return { url, port, pid, adopted: false, stop: () => stopPostmaster(pid, cluster) };
}

function urlOf(port: number, password: string) {
  return `postgres://largeforge:${password}@127.0.0.1:${port}/postgres`;
}

async function answers(url: string) {
  const sql = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Backends of a killed server leave a moment after it, and hold its memory until then: it is started again. */
async function startServer(spawn: () => ChildProcess, url: string, log: string): Promise<ChildProcess> {
  for (let left = 20; ; left--) {
    const child = spawn();
    try {
      await waitUntilReady(child, url, log);
      return child;
    } catch (error) {
      const held = error instanceof Error && error.message.includes("pre-existing shared memory block");
      if (!held || left === 0) throw error;
      await sleep(250);
    }
  }
}

async function waitUntilReady(child: ChildProcess, url: string, log: string) {
  const deadline = performance.now() + readyWithinMs;
  let exit: number | null = null;
  child.once("exit", (code) => {
    exit = code ?? 1;
  });
  while (performance.now() < deadline) {
    if (exit !== null) break;
    if (await answers(url)) return;
    await sleep(50);
  }
  const tail = (await readFile(log, "utf8").catch(() => "")).split("\n").slice(-8).join("\n");
  throw new Error(
    `the embedded Postgres did not start${exit === null ? "" : ` (exit ${exit})`}; ${log} ends with:\n${tail}`,
  );
}

async function readOrCreatePassword(file: string) {
  if (!existsSync(file)) await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return (await readFile(file, "utf8")).trim();
}

async function initCluster(bin: string, dir: string, cluster: string) {
  const fresh = `${cluster}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  const passwordFile = join(dir, "password");
  const args = [
    "-D",
    fresh,
    "-U",
    "largeforge",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ];
  if (await mustDropRoot()) {
    await chown(fresh, nobody, nobody);
    await chown(passwordFile, nobody, nobody);
  }
  const { command, args: wrapped, as } = asPostgresUser(join(bin, "initdb"), args);
  await run(command, wrapped, { env: cleanEnv(), ...as });
  await chmod(fresh, 0o700);
  await rename(fresh, cluster); // a cluster folder is complete or absent
}

function spawnServer(bin: string, args: string[], log: string) {
  const { command, args: wrapped, as } = asPostgresUser(join(bin, "postgres"), args);
  const out = openSync(log, "a", 0o600);
  // Own process group: Ctrl-C in the terminal must reach the supervisor, which stops the database last.
  const child = spawn(command, wrapped, { env: cleanEnv(), stdio: ["ignore", out, out], detached: true, ...as });
  child.unref();
  return child;
}

/** The port of the last start when it is free: processes that lost the server find it again where it was. */
async function lastOrFreePort(file: string): Promise<number> {
  const last = Number(await readFile(file, "utf8").catch(() => ""));
  const port = last > 0 ? await freePort(last).catch(() => freePort()) : await freePort();
  await writeFile(file, String(port), { mode: 0o600 });
  return port;
}

/** A port nobody listens on now, on loopback: `wanted`, which must be free, or any. */
export async function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
