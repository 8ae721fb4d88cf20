import { hostname } from "node:os";
import { and, eq, inArray, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable, PgUpdateSetSource } from "drizzle-orm/pg-core";
import type { Db } from "#db/client.ts";
import type { leaseColumns } from "#db/schema/columns.ts";
import { DomainError } from "#server/errors.ts";
import { isAlive, startTimeOf } from "#server/process.ts";

/** A row without a heartbeat for so long has lost its worker. */
export const staleSeconds = 60;
/** How often a long job renews its claim; a twelfth of what makes it stale. */
export const heartbeatEveryMs = 5_000;
/** A job that nobody took up for so long is taken for lost. */
export const lostBellSeconds = 10;
const mostFound = 1_000;
const mostHolders = 1_000;

type LeaseColumn = keyof ReturnType<typeof leaseColumns>;
export type LeasedTable = PgTable & Record<LeaseColumn | "id" | "projectId", PgColumn>;

/** What is done on the rows of a table by one worker at a time. */
export type Work<T extends LeasedTable> = {
  table: T;
  /** rows that wait in a status of their own until somebody takes them; without it a row is made as `held` */
  waiting?: SQL;
  /** rows that a worker has, or should have: a claim is lost when its row leaves these */
  held: SQL;
  /** since when a row that nobody took waits */
  since: PgColumn;
};

/** The row as it was claimed. Its number and its holder are what everything that the worker writes is compared with. */
export type Claim<T extends LeasedTable> = T["$inferSelect"] & LeaseToken;
export type LeaseToken = { id: string; projectId: string; leaseAttempt: number; leaseHolder: string | null };
type Where = { db: Db; projectId: string };
type Changes<T extends LeasedTable> = Omit<PgUpdateSetSource<T>, LeaseColumn>;

/** What a verb sets that puts a row (back) in line. */
export const vacant = { leaseHolder: null, heartbeatAt: null } as const;

/**
 * Take a row for this process → the row; null when a worker that lives has it or it needs none. A row is free when
 * nobody has it, when its holder is known to be dead (a process of this machine) or has been silent for a minute, by the
 * database's clock. `when` narrows which rows may be taken.
 */
export async function claim<T extends LeasedTable>(
  { db, projectId }: Where,
  work: Work<T>,
  id: string,
  { set, when }: { set?: Changes<T>; when?: SQL } = {},
): Promise<Claim<T> | null> {
  const { table } = work;
  const row = and(eq(table.id, id), eq(table.projectId, projectId), openRows(work));
  const lease = {
    leaseAttempt: sql`${table.leaseAttempt} + 1`,
    leaseHolder: ownHolder(),
    leasedAt: sql`now()`,
    heartbeatAt: sql`now()`,
  };
  const free = freeOf(table, await deadHolders(db, table, row));
  const [claimed] = await write(db, table, { ...set, ...lease }, and(row, free, when));
  return claimed ?? null;
}

/** Say that the worker lives, with how far it is → false when it lost the claim: then nothing was written. */
export async function beat<T extends LeasedTable>(
  { db }: Pick<Where, "db">,
  work: Work<T>,
  token: LeaseToken,
  set?: Changes<T>,
): Promise<boolean> {
  const updated = await write(db, work.table, { ...set, heartbeatAt: sql`now()` }, ownedBy(work, token));
  return updated.length > 0;
}

/**
 * Give a claim up, at the end of the work (`set` moves the status) or in the middle of it: the next worker can take the
 * row at once → false when it was lost already: then nothing was written. `here`: what was done so far lies on this
 * machine, so its workers have a minute's precedence.
 */
export async function release<T extends LeasedTable>(
  { db }: Pick<Where, "db">,
  work: Work<T>,
  token: LeaseToken,
  set?: Changes<T>,
  options: { here?: boolean } = {},
): Promise<boolean> {
  const left = options.here ? { leaseHolder: `${hostname()}/-/-`, heartbeatAt: sql`now()` } : vacant;
  const released = await write(db, work.table, { ...set, ...left }, ownedBy(work, token));
  return released.length > 0;
}

/** The compare half of everything that a worker writes: it still has the row, in a status that is worked on. */
export function ownedBy<T extends LeasedTable>({ table, held }: Work<T>, token: LeaseToken): SQL {
  const row = and(eq(table.id, token.id), eq(table.projectId, token.projectId), held);
  return all(row, eq(table.leaseAttempt, token.leaseAttempt), sql`${table.leaseHolder} = ${token.leaseHolder}`);
}

/**
 * The rows that should be worked on and are not: their job was lost, or their worker. At most `limit`, the projects by
 * turns and what waits longest first.
 */
export async function findAbandoned<T extends LeasedTable>(db: Db, work: Work<T>, limit = mostFound) {
  const { table, since } = work;
  const open = openRows(work);
  const free = freeOf(table, await deadHolders(db, table, open));
  const waited = or(isNotNull(table.leaseHolder), waitedSince(since));
  return findByTurns(db, { table, projectId: table.projectId, since, where: all(open, free, waited) }, limit);
}

/** Nobody took up the job of this row in time. */
export function waitedSince(since: PgColumn): SQL {
  return lt(since, sql`now() - interval '1 second' * ${lostBellSeconds}`);
}

/**
 * `{projectId, id}` of at most `limit` rows: one of each project, then a second of each, so that one project's flood
 * starves nobody. It sorts what `where` finds, not the table.
 */
export async function findByTurns(
  db: Db,
  rows: { table: PgTable & { id: PgColumn }; projectId: PgColumn; since: PgColumn; where: SQL },
  limit = mostFound,
) {
  const { table, projectId, since, where } = rows;
  const found = await db.execute<{ projectId: string; id: string }>(sql`
    select project_id as "projectId", id from (
      select ${projectId} as project_id, ${table.id} as id, ${since} as since,
        row_number() over (partition by ${projectId} order by ${since}, ${table.id}) as turn
      from ${table} where ${where}) as found
    order by turn, since, id limit ${limit}`);
  return [...found];
}

/**
 * Call `renew` every `everyMs` until `stop` → a signal that fires when it says that the claim is lost. A database that
 * is away for a moment is no reason to stop: whoever takes the row meanwhile makes what this worker writes void.
 */
export function keepBeating(renew: () => Promise<boolean>, everyMs = heartbeatEveryMs) {
  const lost = new AbortController();
  let renewing = false;
  const timer = setInterval(() => {
    if (renewing) return;
    renewing = true;
    renew()
      .then(
        (held) => held || lost.abort(leaseLost()),
        () => {},
      )
      .finally(() => (renewing = false));
  }, everyMs);
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}

/** The row without what only workers need to know. */
export function withoutLease<R extends LeaseToken & { leasedAt: Date | null; heartbeatAt: Date | null }>(row: R) {
  const { leaseAttempt: _attempt, leaseHolder: _holder, leasedAt: _since, heartbeatAt: _beat, ...facts } = row;
  return facts;
}

/** What ends a worker that finds its claim lost. */
export function leaseLost(): DomainError {
  return new DomainError("CONFLICT", "another worker took this job over", { reason: "lease_lost" });
}

export function isLeaseLost(error: unknown): boolean {
  return error instanceof DomainError && error.reason === "lease_lost";
}

let holder: string | null = null;

/** This process, `host/pid/start time`: this machine can tell whether it lives. */
export function ownHolder(): string {
  holder ??= `${hostname()}/${process.pid}/${startTimeOf(process.pid)}`;
  return holder;
}

/** Of the rows' holders those that are known to be dead: only processes of this machine can be known so. */
async function deadHolders(db: Db, table: LeasedTable, where: SQL | undefined): Promise<string[]> {
  const ours = and(where, sql`split_part(${table.leaseHolder}, '/', 1) = ${hostname()}`);
  const found = await db.execute<{ holder: string }>(
    sql`select distinct ${table.leaseHolder} as holder from ${table} where ${ours} limit ${mostHolders}`,
  );
  return [...found].map((row) => row.holder).filter(isDead);
}

function isDead(holder: string): boolean {
  const [pid, startTime = ""] = holder.slice(hostname().length + 1).split("/");
  return !isAlive({ pid: Number(pid), startTime });
}

function freeOf(table: LeasedTable, dead: readonly string[]): SQL {
  const stale = lt(table.heartbeatAt, sql`now() - interval '1 second' * ${staleSeconds}`);
  const orphaned = dead.length > 0 ? inArray(table.leaseHolder, [...dead]) : undefined;
  return sql`(${or(isNull(table.leaseHolder), isNull(table.heartbeatAt), stale, orphaned)})`;
}

function openRows<T extends LeasedTable>({ waiting, held }: Work<T>): SQL {
  return waiting ? sql`(${waiting} or ${held})` : held;
}

function all(...conditions: (SQL | undefined)[]): SQL {
  return sql`(${and(...conditions)})`;
}

async function write<T extends LeasedTable>(db: Db, table: T, values: object, where: SQL | undefined) {
  const set = values as PgUpdateSetSource<T>; // safe because callers give Changes<T> and the lease columns of T
  const rows: unknown = await db.update(table).set(set).where(where).returning();
  return rows as Claim<T>[]; // safe because returning() gives whole rows
}
