import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";

export const snapshotChannel = "snapshot";

/**
 * Tell every gateway that keys, names, routes or prices changed in these projects, or in any of them without `projectIds`;
 * heard when the transaction commits. Verbs do not call this: it follows from the action that they say, or from
 * `ctx.rerouted()`, and is done last, because whoever else changes what gateways cache waits for this row until the commit.
 */
export async function bumpSnapshot(ctx: { db: Db }, projectIds?: readonly string[]): Promise<void> {
  const all = projectIds === undefined;
  const ids = JSON.stringify(projectIds ?? []);
  await ctx.db.execute(sql`
    with bumped as (
      insert into snapshot_version (id, version, all_version) values (1, 1, 1)
      on conflict (id) do update set version = snapshot_version.version + 1,
        all_version = case when ${all} then snapshot_version.version + 1 else snapshot_version.all_version end
      returning version
    ), stamped as (
      insert into snapshot_projects (id, version)
      select id, version from bumped cross join jsonb_array_elements_text(${ids}::text::jsonb) as changed(id)
      on conflict (id) do update set version = excluded.version
    ), swept as (
      delete from snapshot_projects where ${all} and id not in (select id from projects)
    )
    select pg_notify(${snapshotChannel}, '') from bumped`);
}
