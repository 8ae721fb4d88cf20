import { and, asc, eq, isNull } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { bareMeaning } from "#server/deployments/bare-name.rule.ts";
import { listServable } from "#server/deployments/servable.ts";

export type Callable = {
  /** what goes into `model` of an API call */
  name: string;
  group: "Deployments" | "Models" | "Aliases" | "Versions";
  /** what stands behind the name */
  note: string;
  /** why it cannot be called now; null = it can */
  notCallable: string | null;
};

/** Every name of the project that an API call may ask for, as people choose it: deployments first, then models. */
export async function listCallable(ctx: Ctx): Promise<Callable[]> {
  const versions = await listServable(ctx);
  const byModel = Map.groupBy(versions, (version) => version.model);
  const bare = [...byModel].flatMap(([name, its]): Callable[] => {
    const found = bareMeaning(its, name);
    if (!found) return [];
    const { version, champion } = found;
    const note = `${champion ? "champion, " : ""}${version.name}`;
    return [{ name, group: "Models", note, notCallable: version.notServable }];
  });
  const aliased = [...byModel].flatMap(([name, its]) =>
    its.flatMap((version) =>
      version.aliases.map(
        (alias): Callable => ({
          name: `${name}@${alias}`,
          group: "Aliases",
          note: version.name,
          notCallable: version.notServable,
        }),
      ),
    ),
  );
  const numbered = versions.map(
    (version): Callable => ({
      name: version.name,
      group: "Versions",
      note: version.kind === "base" ? "base model" : "fine-tuned",
      notCallable: version.notServable,
    }),
  );
  const served = await servedDeployments(ctx);
  const hidden = new Set(served.map((deployment) => deployment.name));
  return [...served, ...bare.filter((model) => !hidden.has(model.name)), ...aliased, ...numbered];
}

async function servedDeployments(ctx: Ctx): Promise<Callable[]> {
  const rows = await ctx.db
    .select({
      name: deployments.name,
      model: models.name,
      version: modelVersions.version,
      weightBps: revisions.weightBps,
    })
    .from(deployments)
    .innerJoin(revisions, and(eq(revisions.deploymentId, deployments.id), isNull(revisions.retiredAt)))
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(deployments.projectId, ctx.projectId), isNull(deployments.archivedAt)))
    .orderBy(asc(deployments.name), asc(revisions.number));
  return [...Map.groupBy(rows, (row) => row.name)].map(([name, its]) => ({
    name,
    group: "Deployments",
    note: its.map((row) => `${row.model}/${row.version} ${row.weightBps / 100} %`).join(", "),
    notCallable: null,
  }));
}
