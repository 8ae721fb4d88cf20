import { getTableColumns, is } from "drizzle-orm";
import { getTableConfig, type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { auditLog } from "#db/schema/audit.ts";
import * as schema from "#db/schema/index.ts";

export type OwnTable = { table: PgTable; projectId: PgColumn };

/**
 * Every table whose rows belong to a project, those that name others first, so that they can be emptied in this order.
 * Taken from the schema itself: a new table is in it by having a `project_id`. The audit log outlives its project.
 */
export const ownTables: readonly OwnTable[] = inOrder(
  Object.values(schema).flatMap((table: unknown) => {
    if (!is(table, PgTable) || table === auditLog) return [];
    const projectId = Object.values(getTableColumns(table)).find((column) => column.name === "project_id");
    return projectId ? [{ table, projectId }] : [];
  }),
);

function inOrder(tables: OwnTable[]): OwnTable[] {
  const ordered = new Set<OwnTable>();
  const place = (one: OwnTable) => {
    for (const other of tables) if (other !== one && names(other.table, one.table) && !ordered.has(other)) place(other);
    ordered.add(one);
  };
  for (const one of tables) place(one);
  return [...ordered];
}

/** Does a row of `from` hold a foreign key of `to`? */
function names(from: PgTable, to: PgTable): boolean {
  return getTableConfig(from).foreignKeys.some((key) => key.reference().foreignTable === to);
}
