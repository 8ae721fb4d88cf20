import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import type { Blob } from "#server/blob-files.ts";
import type { Ctx } from "#server/context.ts";
import type { Storage } from "#server/storage.ts";

/** Steps read at once: a run may have a million. */
const pageSteps = 10_000;

type Row = { step: number; trainLoss: number | null; validLoss: number | null; learningRate: number | null };

/**
 * A run's metrics as CSV in storage: one line a step that was logged or validated, losses in nats per token, empty where
 * nothing was measured. A step that was done again after a crash counts as it was done last. Columns as in OpenAI's
 * result files, with the learning rate beside them.
 */
export async function storeResultFile(
  ctx: Pick<Ctx, "db" | "projectId"> & { storage: Storage },
  runId: string,
): Promise<Blob> {
  return ctx.storage.put(Readable.from(csv(ctx, runId)));
}

async function* csv({ db, projectId }: Pick<Ctx, "db" | "projectId">, runId: string) {
  yield Buffer.from("step,train_loss,valid_loss,learning_rate\n");
  for (let after = -1; ; ) {
    const rows = await db.execute<Row>(sql`
      with told as (select (body->>'step')::int as step, type, seq, (body->>'loss')::float8 as loss,
          (body->>'learningRate')::float8 as rate
        from run_events where run_id = ${runId} and project_id = ${projectId} and type in ('metric', 'eval')
          and (body->>'step')::int > ${after}),
        last as (select distinct on (step, type) * from told order by step, type, seq desc)
      select step, max(loss) filter (where type = 'metric') as "trainLoss",
        max(loss) filter (where type = 'eval') as "validLoss", max(rate) as "learningRate"
      from last group by step order by step limit ${pageSteps}`);
    for (const { step, trainLoss, validLoss, learningRate } of rows)
      yield Buffer.from(`${step},${trainLoss ?? ""},${validLoss ?? ""},${learningRate ?? ""}\n`);
    const last = rows.at(-1);
    if (!last || rows.length < pageSteps) return;
    after = last.step;
  }
}
