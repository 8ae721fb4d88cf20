import { and, eq } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import type { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { sourcePlaces } from "#server/datasets/source-places.ts";
import type { TrainerEvent } from "#server/runs/contract.ts";

type Run = Pick<typeof runs.$inferSelect, "datasetVersionId" | "validationVersionId">;

/**
 * The trainer's events, with rows that it left out named by where they stand in the file that was uploaded: it knows the
 * normalised file only. Where that is not known the trainer's own words stay.
 */
export async function namingSourceRows(ctx: Ctx, run: Run, events: readonly TrainerEvent[]): Promise<TrainerEvent[]> {
  return Promise.all(events.map((event) => (event.type === "warning" ? namingRows(ctx, run, event) : event)));
}

async function namingRows(ctx: Ctx, run: Run, event: Extract<TrainerEvent, { type: "warning" }>) {
  const { leftOutOf, lines = [], message } = event;
  if (!leftOutOf || lines.length === 0) return event;
  const versionId = (leftOutOf === "validation" ? run.validationVersionId : null) ?? run.datasetVersionId;
  const split = leftOutOf === "training" ? ("train" as const) : ("validation" as const);
  const rows = lines.map((line) => line - 1);
  const places = await sourcePlaces(ctx, { versionId, split }, rows);
  if (places.size < lines.length) return event;
  const [version] = await ctx.db
    .select({ filename: datasetVersions.filename })
    .from(datasetVersions)
    .where(and(eq(datasetVersions.id, versionId), eq(datasetVersions.projectId, ctx.projectId)));
  const words = [...places.values()].map(({ line, element }) =>
    element === null ? line : `${line} (element ${element})`,
  );
  const more = message.endsWith("…") ? ", …" : "";
  const said = message.replace(/: normalised lines .*$/, "");
  return { ...event, message: `${said}: line ${words.join(", ")}${more} of ${version?.filename ?? "the file"}` };
}
