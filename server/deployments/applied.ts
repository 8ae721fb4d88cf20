import { z } from "zod";
import { snapshotVersion } from "#db/schema/gateway.ts";
import type { Ctx } from "#server/context.ts";
import { apiUrl } from "#server/env.ts";

const answerWithinMs = 1_000;
const Ready = z.object({ snapshotVersion: z.number().nullable(), snapshotStaleMs: z.number().nullable() });

/**
 * Has the gateway of this machine taken over the newest weights? `current` = it serves the snapshot that Postgres
 * says is the newest; `staleMs` = since it last checked. `reachable: false` = it did not answer, so nobody knows.
 */
export async function appliedOnGateway(ctx: Pick<Ctx, "db">) {
  const [newest] = await ctx.db.select().from(snapshotVersion);
  const seen = await askReady(apiUrl().replace(/\/v1$/, "/ready"));
  if (!seen) return { reachable: false as const };
  const current = seen.snapshotVersion !== null && seen.snapshotVersion >= (newest?.version ?? 0);
  return { reachable: true as const, current, staleMs: seen.snapshotStaleMs };
}

async function askReady(url: string) {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    return Ready.safeParse(await reply.json()).data ?? null;
  } catch {
    return null; // not running, or not this machine's
  }
}
