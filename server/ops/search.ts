import { and, desc, eq, ilike, isNull, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments } from "#db/schema/deployments.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { requests } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import type { Search } from "#server/ops/input.ts";

const mostOfAKind = 5;
const idCharacters = /^[0-9a-z_-]{4,40}$/;

export type Found = {
  kind: "dataset" | "run" | "eval" | "model" | "deployment" | "key" | "request";
  id: string;
  name: string;
};

/** Things of this project whose name contains the text, or whose id ends with it (short ids) or is it; newest first. */
export async function search(ctx: Ctx, input: Search): Promise<Found[]> {
  const text = input.text.toLowerCase();
  const isId = idCharacters.test(text);
  const named = (column: PgColumn) => ilike(column, `%${text.replace(/[\\%_]/g, "\\$&")}%`);
  const fits = (id: PgColumn, ...names: PgColumn[]) =>
    or(...names.map(named), isId ? sql`right(${id}, ${text.length}) = ${text}` : undefined);
  const mine = (column: PgColumn, ...more: (SQL | undefined)[]) => and(eq(column, ctx.projectId), ...more);

  const version = sql`exists (select 1 from ${datasetVersions} v where v.dataset_id = ${datasets.id}
    and right(v.id, ${text.length}) = ${text})`;
  const [foundDatasets, foundRuns, foundEvals, foundModels, foundDeployments, foundKeys, foundRequests] =
    await Promise.all([
      ctx.db
        .select({ id: datasets.id, name: datasets.name })
        .from(datasets)
        .where(
          mine(
            datasets.projectId,
            isNull(datasets.archivedAt),
            or(fits(datasets.id, datasets.name), isId ? version : undefined),
          ),
        )
        .orderBy(desc(datasets.id))
        .limit(mostOfAKind),
      ctx.db
        .select({ id: runs.id, name: runs.name })
        .from(runs)
        .where(mine(runs.projectId, fits(runs.id, runs.name)))
        .orderBy(desc(runs.id))
        .limit(mostOfAKind),
      ctx.db
        .select({ id: evals.id, name: suites.name })
        .from(evals)
        .innerJoin(suites, eq(suites.id, evals.suiteId))
        .where(mine(evals.projectId, fits(evals.id, suites.name)))
        .orderBy(desc(evals.id))
        .limit(mostOfAKind),
      ctx.db
        .select({ id: models.id, name: models.name })
        .from(models)
        .where(mine(models.projectId, isNull(models.archivedAt), fits(models.id, models.name)))
        .orderBy(desc(models.id))
        .limit(mostOfAKind),
      ctx.db
        .select({ id: deployments.id, name: deployments.name })
        .from(deployments)
        .where(mine(deployments.projectId, isNull(deployments.archivedAt), fits(deployments.id, deployments.name)))
        .orderBy(desc(deployments.id))
        .limit(mostOfAKind),
      ctx.db
        .select({ id: apiKeys.id, name: apiKeys.name })
        .from(apiKeys)
        .where(mine(apiKeys.projectId, isNull(apiKeys.revokedAt), fits(apiKeys.id, apiKeys.name)))
        .orderBy(desc(apiKeys.id))
        .limit(mostOfAKind),
      // A request has no name, and its table is too long to look through by the end of an id.
      text.startsWith("req_")
        ? ctx.db
            .select({ id: requests.id, name: requests.model })
            .from(requests)
            .where(mine(requests.projectId, eq(requests.id, text)))
            .limit(1)
        : [],
    ]);
  const of = <Kind extends Found["kind"]>(kind: Kind, rows: { id: string; name: string }[]) =>
    rows.map((row) => ({ kind, ...row }));
  return [
    ...of("dataset", foundDatasets),
    ...of("run", foundRuns),
    ...of("eval", foundEvals),
    ...of("model", foundModels),
    ...of("deployment", foundDeployments),
    ...of("key", foundKeys),
    ...of("request", foundRequests),
  ];
}
