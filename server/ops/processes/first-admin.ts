import { createDb } from "#db/client.ts";
import type { Env } from "#server/env.ts";
import { openBells } from "#server/jobs/enqueue.ts";
import { ensureFirstAdmin } from "#server/projects/ensure-first-admin.ts";

/**
 * Make sure somebody can sign in: creates the admin of FORGE_ADMIN_EMAIL and FORGE_ADMIN_PASSWORD,
 * else returns the address of a one-time link; null when there are people already.
 */
export async function prepareFirstAdmin(settings: Env, publicUrl: string): Promise<string | null> {
  const db = createDb(settings.DATABASE_URL, { max: 1, name: "supervisor" });
  const bells = openBells({ databaseUrl: settings.DATABASE_URL, redisUrl: settings.REDIS_URL });
  const { FORGE_ADMIN_EMAIL: email, FORGE_ADMIN_PASSWORD: password } = settings;
  try {
    const ctx = { db, enqueue: bells.enqueue, actor: "system:supervisor" as const };
    const result = await ensureFirstAdmin(ctx, email && password ? { email, password } : null);
    return result.state === "link" ? `${publicUrl}${result.path}` : null;
  } finally {
    await bells.close();
    await db.$client.end();
  }
}
