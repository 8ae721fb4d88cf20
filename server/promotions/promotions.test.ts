import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { addEval, cases, testRegistry } from "#server/models/models.fixture.ts";
import { removeAlias } from "#server/models/remove-alias.ts";
import { showModel } from "#server/models/show.ts";
import { askGate } from "#server/promotions/gate.ts";
import { promoteModelVersion } from "#server/promotions/promote.ts";
import { testProject } from "#server/testing.ts";

const refusals = async (ctx: Ctx) => {
  const rows = await ctx.db.select().from(auditLog).where(eq(auditLog.projectId, ctx.projectId));
  return rows.filter((row) => row.outcome === "refused");
};

test("the champion moves only on evidence: no eval, too few cases and a loss are refused and kept in the audit log", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, second, baseVersionId, compared } = await testRegistry(ctx);
    await expect(promoteModelVersion(ctx, { version: "support/1" })).rejects.toThrow(
      "evaluate support/1 against nano/1",
    );
    await compared(first.id, baseVersionId, cases(60, [0, 1]));
    const done = await promoteModelVersion(ctx, { version: "support/1", expected: null });
    expect(done).toMatchObject({ alias: "champion", previous: null, forced: false });

    const few = await compared(second.id, first.id, [...cases(6, [0, 1]), ...cases(4, [1, 0])]);
    const gate = await askGate(ctx, { version: "support/2" });
    expect(gate).toMatchObject({ do: "force", expected: first.id, evalId: few, opponent: { as: "champion" } });
    await expect(promoteModelVersion(ctx, { version: second.id })).rejects.toMatchObject({ code: "REFUSED" });
    await expect(promoteModelVersion(ctx, { version: second.id, force: true })).rejects.toMatchObject({
      code: "INVALID",
      field: "reason",
    });

    await compared(second.id, first.id, cases(60, [1, 0]));
    const forced = { version: second.id, force: true, reason: "I like it" };
    await expect(promoteModelVersion(ctx, forced)).rejects.toThrow("support/2 is worse than support/1");
    const kept = await refusals(ctx);
    expect(kept.map((row) => row.action)).toEqual(["promotions.promote", "promotions.promote", "promotions.promote"]);
    expect(kept.at(-1)?.detail).toMatchObject({
      reason: "I like it",
      checks: [{ ok: true }, { ok: true }, { ok: true }, { ok: false }],
    });
  }));

test("force with a reason moves the champion when the evidence is too thin, and the reason stays", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first } = await testRegistry(ctx);
    const moved = await promoteModelVersion(ctx, { version: first.id, force: true, reason: "there is no suite yet" });
    expect(moved.forced).toBe(true);
    const rows = await tx.select().from(auditLog).where(eq(auditLog.targetId, first.id));
    expect(rows.find((row) => row.action === "promotions.promote")?.detail).toMatchObject({
      forced: true,
      reason: "there is no suite yet",
    });
    const { aliases } = await showModel(ctx, { model: "support" });
    expect(aliases).toMatchObject([{ alias: "champion", overrideReason: "there is no suite yet" }]);
  }));

test("evidence from cases that the candidate was trained on does not open the gate; overruling it keeps the reason", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, baseVersionId, suiteId } = await testRegistry(ctx);
    const on = { projectId: ctx.projectId, suiteId, candidateVersionId: first.id, baselineVersionId: baseVersionId };
    await addEval(tx, on, cases(60, [0, 1]), { cases: 64, candidate: 4, either: 4 });
    const gate = await askGate(ctx, { version: first.id });
    expect(gate).toMatchObject({ do: "force", why: expect.stringContaining("trained on 4 of the 64 cases") });
    await expect(promoteModelVersion(ctx, { version: first.id })).rejects.toMatchObject({
      code: "REFUSED",
      message: expect.stringContaining("The verdict is drawn on the 60 unseen ones."),
    });
    expect(await refusals(ctx)).toMatchObject([{ detail: { checks: [{}, {}, { ok: false }, { ok: true }] } }]);
    const reason = "the four are public examples";
    expect(await promoteModelVersion(ctx, { version: first.id, force: true, reason })).toMatchObject({ forced: true });
    const done = await tx.select().from(auditLog).where(eq(auditLog.targetId, first.id));
    expect(done.find((row) => row.action === "promotions.promote" && row.outcome === "done")?.detail).toMatchObject({
      forced: true,
      reason,
      checks: [{}, {}, { ok: false }, { ok: true }],
    });
  }));

test("two people who promote at once: the second is told that the champion changed", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, second, baseVersionId, compared } = await testRegistry(ctx);
    for (const one of [first, second]) await compared(one.id, baseVersionId, cases(60, [0, 1]));
    await compared(second.id, first.id, cases(60, [0, 1]));
    await promoteModelVersion(ctx, { version: first.id, expected: null });
    await expect(promoteModelVersion(ctx, { version: second.id, expected: null })).rejects.toMatchObject({
      code: "CONFLICT",
      message: "the champion changed meanwhile: it is support/1 now; look again and decide",
    });
    await promoteModelVersion(ctx, { version: second.id, alias: "challenger" });
    await promoteModelVersion(ctx, { version: second.id, expected: first.id });
    const { versions } = await showModel(ctx, { model: "support" });
    expect(versions.map((version) => [version.name, version.aliases])).toEqual([
      ...[
        ["support/2", ["champion"]],
        ["support/1", []],
      ],
    ]);
    await expect(promoteModelVersion(ctx, { version: second.id })).rejects.toThrow("is the champion already");
    await removeAlias(ctx, { model: "support", alias: "champion" });
    await expect(removeAlias(ctx, { model: "support", alias: "champion" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  }));

test("the gate of another project's version is not to be asked, and its alias not to be moved", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first } = await testRegistry(ctx);
    const { ctx: stranger } = await testProject(tx);
    const gone = { code: "NOT_FOUND" };
    await expect(askGate(stranger, { version: first.id })).rejects.toMatchObject(gone);
    await expect(promoteModelVersion(stranger, { version: first.id })).rejects.toMatchObject(gone);
  }));
