import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { createDb, type Pool, type Tx } from "./client.ts";
import { startEmbeddedPostgres } from "./embedded.ts";
import { migrateDatabase } from "./migrate.ts";

const template = "largeforge_template";

/** vitest's globalSetup: one embedded server for the whole run, a migrated template to clone from. */
export default async function setup() {
  const dir = await mkdtemp(join(tmpdir(), "largeforge-test-pg-"));
  const server = await startEmbeddedPostgres({ dir, durable: false, maxConnections: 300 });
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${template}`);
  await migrateDatabase(withDatabase(server.url, template));
  await admin.end();
  process.env.FORGE_TEST_PG = server.url;
  return async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
}

function withDatabase(url: string, name: string) {
  const next = new URL(url);
  next.pathname = `/${name}`;
  return next.href;
}

function serverUrl() {
  const url = process.env.FORGE_TEST_PG;
  if (!url) throw new Error("database tests run under vitest, whose globalSetup starts the server");
  return url;
}

async function clone(): Promise<string> {
  const admin = postgres(serverUrl(), { max: 1, onnotice: () => {} });
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  try {
    await admin.unsafe(`create database ${name} template ${template}`);
  } finally {
    await admin.end();
  }
  return withDatabase(serverUrl(), name);
}

let workerDb: Promise<Pool> | null = null;

/** Run `fn` in a transaction that always rolls back, on this worker's own clone. For verbs. */
export async function inTx<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
  workerDb ??= clone().then((url) => createDb(url, { max: 4, name: "test" }));
  const db = await workerDb;
  const undone = new Error("rolled back");
  const kept: { value: T }[] = [];
  await db
    .transaction(async (tx) => {
      kept.push({ value: await fn(tx) });
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  const [result] = kept;
  if (!result) throw new Error("the test transaction ended without a result");
  return result.value;
}

/** Run `fn` on a clone of its own, dropped afterwards. For LISTEN, queues and whole processes. */
export async function inDatabase<T>(fn: (database: { db: Pool; url: string }) => Promise<T>): Promise<T> {
  const url = await clone();
  const db = createDb(url, { max: 8, name: "test" });
  try {
    return await fn({ db, url });
  } finally {
    await db.$client.end({ timeout: 2 });
    const admin = postgres(serverUrl(), { max: 1, onnotice: () => {} });
    await admin.unsafe(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
    await admin.end();
  }
}
