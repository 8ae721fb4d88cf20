import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "#db/client.ts";
import { users } from "#db/schema/people.ts";
import type { Env } from "#server/env.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { ensureFirstAdmin } from "#server/projects/first-admin.ts";

/**
 * Make sure somebody can sign in: creates the admin of FORGE_ADMIN_EMAIL and FORGE_ADMIN_PASSWORD,
 * else returns the address of a one-time link; null when there are people already.
 */
export async function prepareFirstAdmin(settings: Env, publicUrl: string): Promise<string | null> {
  const db = createDb(settings.DATABASE_URL, { max: 1, name: "supervisor" });
  const queues = openQueues({ databaseUrl: settings.DATABASE_URL, redisUrl: settings.REDIS_URL });
  const { FORGE_ADMIN_EMAIL: email, FORGE_ADMIN_PASSWORD: password } = settings;
  try {
    const ctx = { db, enqueue: queues.enqueue, actor: "system:supervisor" as const };
    const result = await ensureFirstAdmin(ctx, email && password ? { email, password } : null);
    return result.state === "link" ? `${publicUrl}${result.path}` : null;
  } finally {
    await queues.close();
    await db.$client.end();
  }
}

const lookEveryMs = 2_000;

/** Resolves once somebody has an account: from then on the one-time link opens nothing and is shown no more. */
export async function untilSomebody(databaseUrl: string): Promise<void> {
  for (;;) {
    await sleep(lookEveryMs, undefined, { ref: false });
    const db = createDb(databaseUrl, { max: 1, name: "supervisor" });
    const found = await db
      .select({ id: users.id })
      .from(users)
      .limit(1)
      .catch(() => []); // a database that is away now is asked again
    await db.$client.end({ timeout: 1 });
    if (found.length > 0) return;
  }
}
