import { getTableColumns } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { idMint } from "#db/ids.ts";
import { requests } from "#db/schema/requests.ts";
import { storeCalls } from "#server/requests/store.ts";

type Row = typeof requests.$inferInsert;

/** Log calls as a gateway's flush does, rollups included → their ids. What is not said is a whole answer of now in 100 ms. */
export async function logCalls(db: Db, calls: readonly (Pick<Row, "projectId"> & Partial<Row>)[]): Promise<string[]> {
  const rows = calls.map((call) => {
    const receivedAt = call.receivedAt ?? new Date();
    const id = idMint(() => receivedAt.getTime())("request");
    const what = { id, actor: "key:k", endpoint: "/v1/chat/completions", model: "support", receivedAt };
    return { ...what, stream: false, status: 200, attempts: 1, totalMs: 100, ...call } satisfies Row;
  });
  await storeCalls(db, rows.map(lineOf));
  return rows.map(({ id }) => id);
}

function lineOf(row: Row): string {
  const wire = (value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  const values = new Map<string, unknown>(Object.entries(row));
  const columns = Object.entries(getTableColumns(requests));
  return JSON.stringify(Object.fromEntries(columns.map(([key, { name }]) => [name, wire(values.get(key))])));
}
