import { openStack } from "#bench/fuzz/stack.ts";
import { addProject } from "#server/gateway/gateway.fixture.ts";
import { createKey } from "#server/keys/create.ts";

/** What the process says first: where it serves, and with what it may be called. */
export type Served = Awaited<ReturnType<typeof serve>>;
/** Bytes that are still held after a full collection. */
export type Held = { held: number };

/** A stack in a process of its own, on the database of argv[2]; run with --expose-gc, it answers each message with `Held`. */
async function serve(databaseUrl: string) {
  const stack = await openStack(databaseUrl);
  const projectId = await addProject(stack.db);
  const ctx = { db: stack.db, projectId, actor: "system:test" as const, enqueue: () => {}, role: "admin" as const };
  const { key } = await createKey(ctx, { name: "load", scopes: ["admin"], expiresInDays: null });
  await stack.confirm();
  process.on("message", () => process.send?.({ held: heldAfterCollection() } satisfies Held));
  process.once("disconnect", () => void stack.close().finally(() => process.exit()));
  return { urls: stack.urls, slug: `p-${projectId.slice(-8)}`, key, adminKey: stack.adminKey, bearer: stack.bearer };
}

function heldAfterCollection(): number {
  if (!globalThis.gc) throw new Error("start this process with --expose-gc");
  globalThis.gc();
  globalThis.gc(); // what the first one finalised goes with the second
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

process.send?.(await serve(process.argv[2] ?? ""));
