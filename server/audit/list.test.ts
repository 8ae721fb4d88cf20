import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { inTx } from "#db/testing.ts";
import { type auditSorts, ListAudit } from "#server/audit/input.ts";
import { listAudit } from "#server/audit/list.ts";
import { listActors } from "#server/audit/list-actors.ts";
import { type Ctx, transact } from "#server/context.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { addVersion } from "#server/deployments/deployments.fixture.ts";
import { PickMany } from "#server/input.ts";
import { createKey } from "#server/keys/create.ts";
import type { Change } from "#server/signals/changes.ts";
import { testProject } from "#server/testing.ts";

const everything = ListAudit.parse({});

const say = (ctx: Ctx, change: Change) => transact(ctx, async (ctx) => ctx.changed(change));
const cancelled = (id: string) => ({ action: "runs.cancel", id, detail: { status: "cancelled" } }) as const;
const refused = (id: string) =>
  ({ action: "evals.start", id, outcome: "refused", detail: { suiteId: "suite_1", why: "no" } }) as const;

type Older = Pick<typeof auditLog.$inferInsert, "action" | "targetId" | "outcome" | "detail">;
/** A row as another release wrote it. */
const older = (ctx: Ctx, row: Older) =>
  ctx.db.insert(auditLog).values({ id: newId("audit"), projectId: ctx.projectId, actor: ctx.actor, ...row });

test("the log names actors and targets, and says what was refused", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    const key = await createKey({ ...ctx, role: "admin" }, { name: "ci", scopes: ["admin"], expiresInDays: null });
    await say({ ...ctx, actor: `key:${key.id}` }, refused("mv_1"));
    const { items, nextCursor } = await listAudit(ctx, everything);
    const seen = items.map((item) => [item.actor, item.actorName, item.action, item.targetName, item.outcome]);
    expect(new Set(seen)).toEqual(
      new Set([
        [`user:${userId}`, "Ada", "keys.create", "ci", "done"],
        [`key:${key.id}`, "ci", "evals.start", null, "refused"],
      ]),
    );
    expect(nextCursor).toBeNull();
    expect((await listActors(ctx, PickMany.parse({}))).items.map((row) => row.label).sort()).toEqual(["Ada", "ci"]);
  }));

test("the log names the model versions, dataset versions, revisions and suites that its rows speak of", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const version = await addVersion(tx, projectId, "nano", { baseSha: "a".repeat(64) });
    const deployment = await createDeployment(ctx, {
      name: "support",
      revisions: [{ model: "nano", weightBps: 10_000 }],
    });
    const revisionId = deployment.revisions[0]?.id ?? "";
    const detail = { candidate: version.versionId, wanted: [{ revisionId }], unknown: newId("suite") };
    await older(ctx, { action: "promotions.promote", targetId: version.versionId, detail });
    const [row] = (await listAudit(ctx, { ...everything, areas: ["promotions"] })).items;
    expect(row).toMatchObject({ targetName: "nano/1" });
    expect(row?.names).toEqual({ [version.versionId]: "nano/1", [revisionId]: "v1" });
  }));

test("filters narrow by actor, area, outcome, target and time", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    await say(ctx, cancelled("run_1"));
    await say(ctx, cancelled("run_2"));
    await say(ctx, refused("mv_1"));
    await older({ ...ctx, actor: "system:jobs" }, { action: "runsByName.list", targetId: "run_1" });
    const count = async (filter: object) => (await listAudit(ctx, ListAudit.parse(filter))).items.length;
    expect(await count({})).toBe(4);
    expect(await count({ actors: ["system:jobs"] })).toBe(1);
    expect(await count({ areas: ["runs"] })).toBe(2);
    expect(await count({ areas: ["%"] })).toBe(0);
    expect(await count({ outcomes: ["refused"] })).toBe(1);
    expect(await count({ targetId: "run_1" })).toBe(2);
    expect(await count({ period: "24h" })).toBe(4);
  }));

test("pages follow one another without a gap or a repeat, though all rows have the same time", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (let i = 0; i < 7; i++) await say(ctx, cancelled(`run_${i}`));
    const seen: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listAudit>> = await listAudit(ctx, { ...everything, cursor, limit: 3 });
      seen.push(...page.items.map((item) => item.targetId));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(["run_6", "run_5", "run_4", "run_3", "run_2", "run_1", "run_0"]);
  }));

test("every order is that of the whole log, page by page, and the total counts what the filter lets through", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (let i = 0; i < 3; i++) {
      await older({ ...ctx, actor: "system:jobs" }, { action: "runs.start", targetId: `run_${i}` });
      await older(ctx, { action: "runs.start", targetId: `key_${i}`, outcome: "refused" });
    }
    const walk = async (sort: { by: (typeof auditSorts)[number]; desc: boolean }, filter: object = {}) => {
      const seen: (string | null)[] = [];
      const totals = new Set<number>();
      let cursor: string | null = null;
      do {
        const input = ListAudit.parse({ ...filter, sort, cursor, limit: 2 });
        const page: Awaited<ReturnType<typeof listAudit>> = await listAudit(ctx, input);
        seen.push(...page.items.map((item) => item.targetId));
        totals.add(page.total);
        cursor = page.nextCursor;
      } while (cursor);
      return { seen, totals: [...totals] };
    };
    const keys = ["key_0", "key_1", "key_2"];
    const runs = ["run_0", "run_1", "run_2"];
    expect(await walk({ by: "actor", desc: false })).toEqual({ seen: [...keys, ...runs], totals: [6] });
    expect((await walk({ by: "outcome", desc: false })).seen).toEqual([...runs, ...keys]);
    expect((await walk({ by: "outcome", desc: true })).seen).toEqual([...runs, ...keys].reverse());
    expect((await walk({ by: "at", desc: false })).seen).toEqual([
      "run_0",
      "key_0",
      "run_1",
      "key_1",
      "run_2",
      "key_2",
    ]);
    const refused = await walk({ by: "at", desc: true }, { outcomes: ["refused"] });
    expect(refused).toEqual({ seen: keys.toReversed(), totals: [3] });
  }));

test("another project's rows, and its names, stay out of sight", () =>
  inTx(async (tx) => {
    const here = await testProject(tx);
    const there = await testProject(tx);
    const key = await createKey(
      { ...there.ctx, role: "admin" },
      { name: "secret name", scopes: ["admin"], expiresInDays: null },
    );
    await say(here.ctx, { action: "keys.revoke", id: key.id, detail: { name: "" } });
    const { items } = await listAudit(here.ctx, everything);
    expect(items.map((item) => [item.targetId, item.targetName])).toEqual([[key.id, null]]);
    expect((await listAudit({ db: tx, projectId: null }, everything)).items).toEqual([]);
  }));
