import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";

export const snapshotChannel = "snapshot";

/**
 * Tell every gateway that keys, names, routes or prices changed; heard when the transaction commits. Verbs do not call
 * this: it follows from the action that they say, or from `ctx.rerouted()`, and is done last, because whoever else
 * changes what gateways cache waits for this row until the commit.
 */
export async function bumpSnapshot(ctx: Pick<Ctx, "db">): Promise<void> {
  await ctx.db.execute(sql`
    insert into snapshot_version (id, version) values (1, 1)
    on conflict (id) do update set version = snapshot_version.version + 1`);
  await ctx.db.execute(sql`select pg_notify(${snapshotChannel}, '')`);
}
