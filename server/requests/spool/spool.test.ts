import { statSync } from "node:fs";
import { mkdtemp, readdir, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { projects } from "#db/schema/people.ts";
import { lostRequests, requests } from "#db/schema/requests.ts";
import { inDatabase } from "#db/testing.ts";
import { addKey, addProject } from "#server/gateway/gateway.fixture.ts";
import { health } from "#server/ops/health.ts";
import { until } from "#server/process.fixture.ts";
import { keepFlushing } from "#server/requests/flush.ts";
import type { CallRecord } from "#server/requests/record.ts";
import { openSpool } from "#server/requests/spool/append.ts";
import { claimSpool } from "#server/requests/spool/claim.ts";
import { liveChannel } from "#server/signals/live.ts";

/** A database with the project that `line` names. */
const inHouse = (work: Parameters<typeof inDatabase<void>>[0]) =>
  inDatabase(async (database) => {
    await database.db.insert(projects).values({ id: "proj_1", slug: "house", name: "House" });
    return work(database);
  });
const folder = () => mkdtemp(join(tmpdir(), "largeforge-test-spool-"));
const line = (id: string, change: Partial<CallRecord> = {}) =>
  JSON.stringify({
    id,
    project_id: "proj_1",
    actor: "key:1",
    endpoint: "/v1/completions",
    model: "nano",
    stream: true,
    status: 200,
    attempts: 1,
    total_ms: 1.5,
    ttft_ms: 0.5,
    cost_usd_nanos: "9007199254740993",
    received_at: "2026-11-21T10:00:00.123Z",
    ...change,
  });
const ids = (count: number) => Array.from({ length: count }, () => newId("request"));
const stored = async (db: Pool) => (await db.select().from(requests)).map((row) => row.id).sort();

test("spooled lines reach Postgres in batches, exactly once, with nothing lost in translation", () =>
  inHouse(async ({ db }) => {
    const spool = openSpool(await folder());
    const flusher = keepFlushing(db, spool);
    const all = ids(2_500);
    for (const id of all) spool.append(line(id));
    await flusher.flush();
    await flusher.flush();
    expect(await stored(db)).toEqual([...all].sort());
    const [row] = await db.select().from(requests).limit(1);
    expect(row).toMatchObject({ costUsdNanos: 9007199254740993n, ttftMs: 0.5, stream: true, promptTokens: null });
    expect(row?.receivedAt.toISOString()).toBe("2026-11-21T10:00:00.123Z");
    await flusher.stop();
    spool.close();
    expect(await readdir(spool.dir)).toEqual([]);
    expect(spool.state()).toEqual({ bytes: 0, dropped: 0 });
  }));

test("a key's calls are told on its row: when it was last used", () =>
  inHouse(async ({ db }) => {
    const { id } = await addKey(db, await addProject(db));
    const spool = openSpool(await folder());
    const flusher = keepFlushing(db, spool);
    for (const request of ids(3)) spool.append(line(request, { actor: `key:${id}` }));
    await flusher.flush();
    const [row] = await db.select({ at: apiKeys.lastUsedAt }).from(apiKeys).where(eq(apiKeys.id, id));
    expect(row?.at).toBeInstanceOf(Date);
    await flusher.stop();
    spool.close();
  }));

test("open pages hear of the first and of the last request of a burst, not of each", { timeout: 30_000 }, () =>
  inHouse(async ({ db }) => {
    const heard: string[] = [];
    await db.$client.listen(liveChannel, (text) => heard.push(JSON.parse(text).id));
    const spool = openSpool(await folder());
    const flusher = keepFlushing(db, spool);
    const burst = ids(20);
    for (const id of burst) {
      spool.append(line(id));
      await flusher.flush();
    }
    await until(async () => heard.includes(burst.at(-1) ?? ""));
    expect(heard).toEqual([burst[0], burst.at(-1)]);
    await flusher.stop();
    spool.close();
  }),
);

test("a segment that was sent but not removed is sent again without doubling a row", () =>
  inHouse(async ({ db }) => {
    const dir = await folder();
    const [one = "", two = ""] = ids(2);
    await writeFile(join(dir, "00000001.jsonl"), `${line(one)}\n`);
    await writeFile(join(dir, "00000002.jsonl"), `${line(one)}\n${line(two)}\n`);
    const spool = openSpool(dir);
    const flusher = keepFlushing(db, spool);
    await flusher.flush();
    expect(await stored(db)).toEqual([one, two].sort());
    await flusher.stop();
  }));

test("a torn last line is left out, a row that Postgres refuses is set aside, the others arrive", () =>
  inHouse(async ({ db }) => {
    const dir = await folder();
    const [good = "", bad = ""] = ids(2);
    const refused = line(bad, { status: 70_000 });
    await writeFile(join(dir, "00000001.jsonl"), `${line(good)}\n${refused}\n${line(newId("request")).slice(0, 40)}`);
    const flusher = keepFlushing(db, openSpool(dir));
    await flusher.flush();
    expect(await stored(db)).toEqual([good]);
    expect(flusher.rejected()).toBe(1);
    expect(await readdir(dir)).toContain("refused.jsonl");
    await flusher.stop();
  }));

test("rows of a project that was deleted meanwhile are left out and counted, the others arrive", () =>
  inHouse(async ({ db }) => {
    const spool = openSpool(await folder());
    const flusher = keepFlushing(db, spool);
    const [kept = "", orphan = "", late = ""] = ids(3);
    spool.append(line(kept));
    spool.append(line(orphan, { project_id: "proj_gone" }));
    await flusher.flush();
    expect([await stored(db), flusher.ownerless(), flusher.rejected()]).toEqual([[kept], 1, 0]);

    // one that is being deleted is waited for: its row is held until then
    let flushed: Promise<void> | null = null;
    await db.transaction(async (tx) => {
      await tx.select().from(projects).where(eq(projects.id, "proj_1")).for("update");
      spool.append(line(late));
      flushed = flusher.flush();
      await until(async () => (await db.execute(sql`select from pg_locks where not granted`)).length > 0);
      await tx.delete(requests).where(eq(requests.projectId, "proj_1"));
      await tx.delete(projects).where(eq(projects.id, "proj_1"));
    });
    await flushed;
    expect([await stored(db), flusher.ownerless()]).toEqual([[], 2]);
    await flusher.stop();
    spool.close();
  }));

test("a full spool drops and counts instead of stopping the answers", async () => {
  const spool = openSpool(await folder(), 1_000);
  for (const id of ids(10)) spool.append(line(id));
  const { bytes, dropped } = spool.state();
  expect(dropped).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(1_500);
  spool.close();
});

test("rows that were dropped or refused are told to Postgres with how many and since when, also by a gateway that died before it could", () =>
  inHouse(async ({ db }) => {
    const root = await folder();
    const before = new Date();
    const died = await claimSpool(root);
    const full = openSpool(died.dir, 1_000);
    for (const id of ids(10)) full.append(line(id));
    const dropped = full.state().dropped;
    expect(dropped).toBeGreaterThan(0);
    await writeFile(
      join(died.dir, "owner.json"),
      JSON.stringify({ hostname: hostname(), pid: 1, startedAt: "no more" }),
    );

    const next = await claimSpool(root);
    const spool = openSpool(next.dir);
    const flusher = keepFlushing(db, spool, next.orphans, next.abandoned);
    spool.append(line(newId("request"), { status: 70_000 }));
    await flusher.flush();
    await flusher.flush();
    const told = await db.select().from(lostRequests).orderBy(lostRequests.rows);
    expect(told.map((row) => [row.spool, row.rows])).toEqual([
      [basename(next.dir), 1],
      [basename(died.dir), dropped],
    ]);
    for (const row of told) expect(row.firstAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    const { lost } = await health({ db, projectId: await addProject(db) });
    expect(lost).toMatchObject({ rows: dropped + 1 });
    expect(lost?.since.getTime()).toBeGreaterThanOrEqual(before.getTime());
    await flusher.stop();
    spool.close();
    await next.release();
    expect(await readdir(root)).toEqual([basename(next.dir)]); // refused.jsonl stays for a person
    expect((await claimSpool(root)).abandoned).toEqual([]);
  }));

test("what waits for a Postgres that is away for long lies in segments that are small enough to carry", async () => {
  const spool = openSpool(await folder());
  const one = line(newId("request"), { model: "x".repeat(10_000) });
  for (let sent = 0; sent < 2_000; sent++) spool.append(one);
  const sizes = spool.seal().map((path) => statSync(path).size);
  expect(sizes.length).toBeGreaterThan(2);
  expect(Math.max(...sizes)).toBeLessThan(9 * 1024 ** 2);
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(spool.state().bytes);
  expect(spool.seal()).toEqual([]);
  spool.close();
});

test("a dead gateway's segments are adopted, a live one's are not", async () => {
  const root = await folder();
  const live = await claimSpool(root);
  openSpool(live.dir).append("{}");
  const dead = await claimSpool(root);
  openSpool(dead.dir).append("{}");
  await writeFile(join(dead.dir, "owner.json"), JSON.stringify({ hostname: "elsewhere", pid: 1, startedAt: "1" }));
  const justDied = await claimSpool(root);
  expect(justDied.orphans).toEqual([]); // another machine's folder counts as dead only after a minute without a touch
  await utimes(join(dead.dir, "owner.json"), 0, 0);
  const next = await claimSpool(root);
  expect(next.orphans).toEqual([join(dead.dir, "00000001.jsonl")]);
});
