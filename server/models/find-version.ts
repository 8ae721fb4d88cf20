import { and, eq, or, sql } from "drizzle-orm";
import type { ModelVersionStatus } from "#db/enums.ts";
import { shortId } from "#db/ids.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { wasDeleted } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";
import { isMeant } from "#server/text/named.ts";

export type NamedVersion = { id: string; modelId: string; name: string; status: ModelVersionStatus };

/** As `nameVersion`, held so that it cannot be deleted until the transaction ends; REFUSED when the version is not ready. */
export async function findVersion(
  ctx: Pick<Ctx, "db" | "projectId">,
  ref: string,
  field: string,
): Promise<NamedVersion> {
  const found = await nameVersion(ctx, ref, field, { hold: true });
  if (found.status !== "ready") throw new DomainError("REFUSED", `${ref} is ${found.status}, not ready`, { field });
  return found;
}

/**
 * A model version of any status by id, short id, `NAME/3`, `NAME@champion`, a fine-tuned name, or a bare name (its champion,
 * else its only version). NOT_FOUND names the field.
 */
export async function nameVersion(
  ctx: Pick<Ctx, "db" | "projectId">,
  ref: string,
  field: string,
  { hold = false } = {},
): Promise<NamedVersion> {
  const [, base = ref, number, alias] = /^(.*?)(?:\/(\d+)|@(\w+))?$/.exec(ref) ?? [];
  const query = ctx.db
    .select({
      id: modelVersions.id,
      modelId: models.id,
      model: models.name,
      version: modelVersions.version,
      status: modelVersions.status,
      fineTunedName: modelVersions.fineTunedName,
      alias: aliases.alias,
      deletedAt: modelVersions.deletedAt,
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .leftJoin(
      aliases,
      and(
        eq(aliases.modelVersionId, modelVersions.id),
        alias ? sql`${aliases.alias} = ${alias}` : eq(aliases.alias, "champion"),
      ),
    )
    .where(
      and(
        eq(modelVersions.projectId, ctx.projectId),
        or(isMeant(ref, modelVersions.id), eq(modelVersions.fineTunedName, ref), eq(models.name, base)),
      ),
    );
  const all = await (hold ? query.for("key share", { of: modelVersions }) : query);
  const rows = all.filter((row) => row.deletedAt === null);
  const exact = rows.find((row) => row.id === ref || row.fineTunedName === ref || shortId(row.id) === ref);
  const numbered = number ? rows.find((row) => row.version === Number(number)) : undefined;
  const bare = number ? undefined : (rows.find((row) => row.alias) ?? (alias || rows.length > 1 ? undefined : rows[0]));
  const found = exact ?? numbered ?? bare;
  const gone = all.find((row) => row.deletedAt && (row.id === ref || `${row.model}/${row.version}` === ref));
  if (!found && gone?.deletedAt) {
    throw wasDeleted(`the model version ${gone.model}/${gone.version}`, gone.deletedAt, null, field);
  }
  if (!found) {
    const many =
      !number && !alias && rows.length > 1 ? `: it has ${rows.length} versions and no champion, say ${base}/1` : "";
    throw new DomainError("NOT_FOUND", `there is no model version ${ref}${many}`, { field });
  }
  return { id: found.id, modelId: found.modelId, name: `${found.model}/${found.version}`, status: found.status };
}
