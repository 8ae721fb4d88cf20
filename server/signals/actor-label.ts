import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { systemActorLabels } from "#server/signals/actor-label.rule.ts";

/** The same words in SQL, to search and sort by; `name` is null where no person or key of this id is known. */
export function actorLabelOf(actor: SQLWrapper, name: SQLWrapper): SQL<string> {
  const ours = Object.entries(systemActorLabels).map(([id, label]) => sql`when ${`system:${id}`} then ${label}`);
  return sql<string>`case when starts_with(${actor}, 'system:')
    then case ${actor} ${sql.join(ours, sql` `)} else replace(substr(${actor}, 8), '-', ' ') end
    else coalesce(${name}, split_part(${actor}, ':', 1) || ' ' || right(split_part(${actor}, ':', 2), 6)) end`;
}
