import { newId } from "#db/ids.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { type Ctx, transact } from "#server/context.ts";
import { type bareMeaning, formatMeaning } from "#server/deployments/bare-name.rule.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import type { CreateDeployment } from "#server/deployments/input.ts";
import { meaningOfName } from "#server/deployments/meaning-of-name.ts";
import { DomainError } from "#server/errors.ts";
import { findVersion, type NamedVersion } from "#server/models/find-version.ts";

/**
 * Create a deployment → `{id, name, revisions}`. Its first weights need no ready replica: nobody calls the name yet,
 * and a call that comes early makes a host load the version. Throws CONFLICT (field `name`) for a taken name,
 * NOT_FOUND or REFUSED (field `revisions.N.model`) for a version that is not there or cannot be served, and REFUSED
 * (field `takeOver`) where a model of that name answers its callers today and they were not said to move.
 */
export async function createDeployment(ctx: Ctx, input: CreateDeployment) {
  return transact(ctx, async (ctx) => {
    const versions: NamedVersion[] = [];
    for (const [i, wanted] of input.revisions.entries())
      versions.push(await servableVersion(ctx, wanted.model, `revisions.${i}.model`));
    if (new Set(versions.map((version) => version.id)).size < versions.length)
      throw new DomainError("INVALID", "two revisions name the same model version", { field: "revisions" });
    const takesOverFrom = await meaningOfName(ctx, { name: input.name });
    if (takesOverFrom && !input.takeOver)
      throw new DomainError("REFUSED", formatTakeOver(input.name, takesOverFrom), { field: "takeOver" });
    const id = newId("deployment");
    const own = { projectId: ctx.projectId, deploymentId: id };
    const [created] = await ctx.db
      .insert(deployments)
      .values({ id, projectId: ctx.projectId, name: input.name, createdBy: ctx.actor })
      .onConflictDoNothing()
      .returning();
    if (!created) throw new DomainError("CONFLICT", `there is a deployment ${input.name} already`, { field: "name" });
    const rows = input.revisions.map(({ weightBps }, i) => {
      const version = versions[i];
      if (!version) throw new DomainError("INVALID", "a revision without a model version");
      return { id: newId("revision"), ...own, number: i + 1, modelVersionId: version.id, weightBps };
    });
    await ctx.db.insert(revisions).values(rows);
    const shares = rows.map(({ number, weightBps }, i) => ({ number, weightBps, model: versions[i]?.name }));
    ctx.changed({
      action: "deployments.create",
      id,
      detail: { name: input.name, takesOverFrom: takesOverFrom?.version.name, revisions: shares },
    });
    ctx.enqueue("deployments.reconcile", {});
    return { ...created, revisions: rows };
  });
}

function formatTakeOver(name: string, from: NonNullable<ReturnType<typeof bareMeaning>>) {
  return `calls of ${name} are answered by ${formatMeaning(from)} today: say that this deployment takes them over, or choose another name`;
}

/** A ready version with all the files an engine needs. */
export async function servableVersion(ctx: Ctx, ref: string, field: string) {
  const version = await findVersion(ctx, ref, field);
  const refs = await findEngineRefs(ctx, [version.id]);
  if (refs.has(version.id)) return version;
  throw new DomainError("REFUSED", `${version.name} has no GGUF file yet and cannot be served`, { field });
}
