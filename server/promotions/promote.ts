import { eq } from "drizzle-orm";
import { models } from "#db/schema/models.ts";
import { type Ctx, type TxCtx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { aliasHolder, moveAlias } from "#server/models/aliases.ts";
import { findVersion, nameVersion } from "#server/models/find-version.ts";
import { askGate } from "#server/promotions/gate.ts";
import { PromoteModelVersion } from "#server/promotions/input.ts";

/**
 * Move an alias to a version by compare-and-set → `{version, alias, previous, forced}`. The champion must pass the
 * gate; the challenger only must be ready. CONFLICT when another version holds the alias than `expected`; REFUSED with
 * the gate's reason, kept in the audit log with its evidence; INVALID for force without a reason.
 */
export async function promoteModelVersion(ctx: Ctx, request: PromoteModelVersion) {
  const input = PromoteModelVersion.parse(request);
  if (input.force && !input.reason) {
    throw new DomainError("INVALID", "say why the gate is overridden: the reason is kept", { field: "reason" });
  }
  const outcome = await transact(ctx, (ctx) => tryPromote(ctx, input));
  if ("refused" in outcome) {
    await transact(ctx, async (ctx) =>
      ctx.changed({
        action: "promotions.promote",
        id: outcome.versionId,
        outcome: "refused",
        detail: outcome.evidence,
      }),
    );
    throw new DomainError(outcome.refused, outcome.why, { field: "version" });
  }
  return outcome;
}

type Input = ReturnType<typeof PromoteModelVersion.parse>;

async function tryPromote(ctx: TxCtx, input: Input) {
  const { alias } = input;
  const version = await nameVersion(ctx, input.version, "version");
  // Serialises promotions of one model, so that the gate judges against the champion that is replaced.
  await ctx.db.select({ id: models.id }).from(models).where(eq(models.id, version.modelId)).for("update");
  await nameVersion(ctx, version.id, "version"); // it may have been deleted while this waited
  const previous = await aliasHolder(ctx, version.modelId, alias, { hold: true });
  const gate = alias === "champion" ? await askGate(ctx, { version: version.id }) : null;
  const detail = { alias, model: version.name, previous, reason: input.reason, evalId: gate?.evalId };
  const refuse = (refused: "CONFLICT" | "REFUSED", why: string) => {
    const evidence = { ...detail, why, checks: gate?.checks, forceTried: input.force };
    return { refused, why, versionId: version.id, evidence };
  };
  if (input.expected !== undefined && input.expected !== previous) {
    const now = previous ? (await nameVersion(ctx, previous, "version")).name : "nobody";
    return refuse("CONFLICT", `the ${alias} changed meanwhile: it is ${now} now; look again and decide`);
  }
  if (previous === version.id) return refuse("CONFLICT", `${version.name} is the ${alias} already`);
  if (gate?.do === "refuse") return refuse("REFUSED", gate.why);
  if (gate?.do === "force" && !input.force) {
    return refuse(
      "REFUSED",
      `${gate.why} To override the gate, force it and give a reason (./forge models promote … --force --reason TEXT).`,
    );
  }
  if (!gate) await findVersion(ctx, version.id, "version");
  await moveAlias(ctx, { modelId: version.modelId, alias, modelVersionId: version.id });
  const forced = gate?.do === "force";
  ctx.changed({ action: "promotions.promote", id: version.id, detail: { ...detail, forced, checks: gate?.checks } });
  return { version, alias, previous, forced };
}
