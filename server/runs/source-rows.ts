import { and, eq } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import type { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { sourcePlaces } from "#server/datasets/source-places.ts";
import type { TrainerEvent } from "#server/runs/contract.ts";

type Run = Pick<typeof runs.$inferSelect, "datasetVersionId" | "validationVersionId">;
type Of<T extends TrainerEvent["type"]> = Extract<TrainerEvent, { type: T }>;

/**
 * The trainer's events, with rows that it left out or could not read named by where they stand in the file that was
 * uploaded: it knows the normalised file only. Where that is not known the trainer's own words stay.
 */
export async function namingSourceRows(ctx: Ctx, run: Run, events: readonly TrainerEvent[]): Promise<TrainerEvent[]> {
  return Promise.all(
    events.map((event) => {
      if (event.type === "warning") return namingLeftOut(ctx, run, event);
      return event.type === "error" ? namingBadRow(ctx, run, event) : event;
    }),
  );
}

async function namingLeftOut(ctx: Ctx, run: Run, event: Of<"warning">) {
  const { leftOutOf, lines = [], message } = event;
  if (!leftOutOf || lines.length === 0) return event;
  const found = await sourceLines(ctx, run, leftOutOf, lines);
  if (!found) return event;
  const more = message.endsWith("…") ? ", …" : "";
  const said = message.replace(/: normalised lines .*$/, "");
  return { ...event, message: `${said}: line ${found.lines.join(", ")}${more} of ${found.file}` };
}

async function namingBadRow(ctx: Ctx, run: Run, event: Of<"error">) {
  const { badRowOf, line, message } = event;
  const found = badRowOf && line ? await sourceLines(ctx, run, badRowOf, [line]) : null;
  if (!found) return event;
  return { ...event, message: message.replace(/^normalised line \d+/, `line ${found.lines[0]} of ${found.file}`) };
}

/** Lines of a normalised file (from 1) as lines of the uploaded one, and its name; null when one of them is not known. */
async function sourceLines(ctx: Ctx, run: Run, of: "training" | "validation", lines: readonly number[]) {
  const versionId = (of === "validation" ? run.validationVersionId : null) ?? run.datasetVersionId;
  const split = of === "training" ? ("train" as const) : ("validation" as const);
  const rows = lines.map((line) => line - 1);
  const places = await sourcePlaces(ctx, { versionId, split }, rows);
  if (places.size < lines.length) return null;
  const [version] = await ctx.db
    .select({ filename: datasetVersions.filename })
    .from(datasetVersions)
    .where(and(eq(datasetVersions.id, versionId), eq(datasetVersions.projectId, ctx.projectId)));
  const words = [...places.values()].map(({ line, element }) =>
    element === null ? `${line}` : `${line} (element ${element})`,
  );
  return { lines: words, file: version?.filename ?? "the file" };
}
