import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { expect, test } from "vitest";
import { createDb, type Pool } from "#db/client.ts";
import { idMint, newId } from "#db/ids.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { makeRequestWeeks } from "#db/request-weeks.ts";
import { projects } from "#db/schema/people.ts";
import { requests } from "#db/schema/requests.ts";
import { inDatabase } from "#db/testing.ts";
import { until } from "#server/process.fixture.ts";
import { keepFlushing } from "#server/requests/flush.ts";
import { ListRequests } from "#server/requests/input.ts";
import { listRequests } from "#server/requests/list.ts";
import { searchRequests } from "#server/requests/search.ts";
import { showRequest } from "#server/requests/show.ts";
import { openSpool } from "#server/requests/spool/append.ts";
import { storeCalls } from "#server/requests/store.ts";

const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);

function line(projectId: string, receivedAt: Date, change: object = {}) {
  const id = idMint(() => receivedAt.getTime())("request");
  const record = { id, project_id: projectId, actor: "key:a", endpoint: "/v1/completions", model: "nano" };
  const facts = { stream: false, status: 200, attempts: 1, total_ms: 10, received_at: receivedAt.toISOString() };
  return { id, line: JSON.stringify({ ...record, ...facts, ...change }) };
}

async function inProject(fn: (ctx: { db: Pool; projectId: string; actor: "user:a"; enqueue: () => void }) => unknown) {
  await inDatabase(async ({ db }) => {
    const projectId = newId("project");
    await db.insert(projects).values({ id: projectId, slug: "p", name: "p" });
    await fn({ db, projectId, actor: "user:a", enqueue: () => {} });
  });
}

async function places(db: Pool): Promise<Record<string, number>> {
  const rows = await db.execute<{ place: string; rows: number }>(
    sql`select tableoid::regclass::text as place, count(*)::int as rows from requests group by 1`,
  );
  return Object.fromEntries([...rows].map(({ place, rows }) => [place, rows]));
}

test("a migrated database has this week and the next ones; a row of now lies in its week, not in the default partition", () =>
  inProject(async ({ db, projectId }) => {
    await storeCalls(db, [line(projectId, new Date()).line]);
    expect(Object.keys(await places(db))).toEqual([expect.stringMatching(/^requests_20\d{6}$/)]);
    expect(await makeRequestWeeks(db)).toEqual([]);
  }));

test("the log of an older release is carried over into its weeks", () =>
  inDatabase(async ({ db, url }) => {
    const name = `old_${newId("request")}`;
    await db.execute(sql.raw(`create database ${name} template template0`));
    const old = new URL(url);
    old.pathname = name;
    const folder = await mkdtemp(join(tmpdir(), "largeforge-test-migrations-"));
    const journal = JSON.parse(await readFile("db/migrations/meta/_journal.json", "utf8"));
    await cp("db/migrations", folder, { recursive: true });
    const tags = journal.entries.map(({ tag }: { tag: string }) => tag);
    const entries = journal.entries.slice(
      0,
      tags.findIndex((tag: string) => tag.endsWith("_request_log")),
    );
    await writeFile(join(folder, "meta/_journal.json"), JSON.stringify({ ...journal, entries }));
    const before = createDb(old.href, { max: 1 });
    await migrate(before, { migrationsFolder: folder });
    await before.execute(sql`insert into requests (id, project_id, actor, endpoint, model, stream, status, attempts, total_ms,
      received_at) select 'req_' || n, 'proj_1', 'key:a', '/v1/completions', 'nano', false, 200, 1, n,
      now() - interval '1 day' * n from generate_series(0, 40) n`);
    await migrateDatabase(old.href);
    expect(await before.$count(requests)).toBe(41);
    const found = await places(before);
    expect(found.requests_default).toBeUndefined();
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(6);
    await before.$client.end();
  }));

test("rows that come late or from a skewed clock are kept, and move into their weeks when these are made", () =>
  inProject(async ({ db, projectId }) => {
    const lines = [30, 31, 60].map((days) => line(projectId, daysAgo(days)).line);
    const absurd = [
      line(projectId, new Date("2001-01-01T00:00:00Z")),
      line(projectId, new Date("2099-01-01T00:00:00Z")),
    ];
    await storeCalls(db, [...lines, ...absurd.map(({ line }) => line)]);
    expect(await places(db)).toEqual({ requests_default: 5 });
    const made = await makeRequestWeeks(db);
    expect(made.length).toBeGreaterThanOrEqual(2);
    const now = await places(db);
    expect(now.requests_default).toBe(2);
    expect(Object.values(now).reduce((sum, rows) => sum + rows, 0)).toBe(5);
    await storeCalls(db, lines);
    expect(await db.$count(requests)).toBe(5);
    expect(await makeRequestWeeks(db)).toEqual([]);
  }));

test("weeks that many processes make at once while rows arrive lose none and make none twice", () =>
  inProject(async ({ db, projectId }) => {
    const lines = Array.from({ length: 40 }, (_, i) => line(projectId, daysAgo(20 + i)).line);
    await storeCalls(db, lines.slice(0, 20));
    const spool = openSpool(await mkdtemp(join(tmpdir(), "largeforge-test-spool-")));
    const flusher = keepFlushing(db, spool);
    const arrive = async () => {
      for (const each of lines.slice(20)) {
        spool.append(each);
        await flusher.flush().catch(() => {}); // it goes on by itself
      }
    };
    const [one, other] = await Promise.all([makeRequestWeeks(db), makeRequestWeeks(db), arrive()]);
    const made = [...one, ...other];
    expect(new Set(made).size).toBe(made.length);
    await until(async () => (await db.$count(requests)) === 40);
    expect(flusher.rejected()).toBe(0);
    await makeRequestWeeks(db);
    expect((await places(db)).requests_default).toBeUndefined();
    await flusher.stop();
    spool.close();
  }));

test("pages of the log go on from week to week in any order, each call once", () =>
  inProject(async (ctx) => {
    const { db, projectId } = ctx;
    const logged = Array.from({ length: 60 }, (_, i) => line(projectId, daysAgo(i / 2.2), { total_ms: (i * 7) % 13 }));
    await storeCalls(
      db,
      logged.map(({ line }) => line),
    );
    await makeRequestWeeks(db);
    const walk = async (by: "received" | "total", desc: boolean) => {
      const seen: { id: string; totalMs: number; receivedAt: Date }[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = ListRequests.parse({ period: "30d", limit: 7, sort: { by, desc }, cursor });
        const { items, nextCursor } = await listRequests(ctx, page);
        seen.push(...items);
        cursor = nextCursor;
      }
      return seen;
    };
    const newest = await walk("received", true);
    expect(newest.map(({ id }) => id)).toEqual(logged.map(({ id }) => id));
    for (const desc of [true, false]) {
      const slowest = await walk("total", desc);
      expect(new Set(slowest.map(({ id }) => id)).size).toBe(60);
      const times = slowest.map(({ totalMs }) => totalMs);
      expect(times).toEqual([...times].sort((a, b) => (desc ? b - a : a - b)));
    }
  }));

test("a call is found by its id in its week, also where the clock that minted the id was hours off, and only there", () =>
  inProject(async (ctx) => {
    const { db, projectId } = ctx;
    const at = daysAgo(25);
    const exact = line(projectId, at);
    const skewed = line(projectId, new Date(at.getTime() - 5 * 3_600_000), {
      received_at: at.toISOString(),
    });
    await storeCalls(db, [exact.line, skewed.line]);
    await makeRequestWeeks(db);
    for (const { id } of [exact, skewed]) {
      expect(await showRequest(ctx, { id })).toMatchObject({ id, receivedAt: at });
      expect(await searchRequests(ctx, id)).toEqual([{ id, name: "nano" }]);
    }
    await expect(showRequest(ctx, { id: newId("request") })).rejects.toThrow("there is no request");
    const plan = await db.execute<{ "QUERY PLAN": string }>(sql`explain select * from requests where id = ${exact.id}
      and received_at between ${at.toISOString()}::timestamptz - '25 hours'::interval and ${at.toISOString()}::timestamptz + '25 hours'::interval`);
    const weeks = new Set([...plan].join("\n").match(/requests_20\d{6}/g));
    expect(weeks.size).toBeLessThanOrEqual(2);
  }));
