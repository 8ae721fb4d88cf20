import { makeRequestWeeks } from "#db/request-weeks.ts";
import { importDataset } from "#server/datasets/import.ts";
import { sweepUploads } from "#server/datasets/uploads/sweep.ts";
import { reconcileDeployments } from "#server/deployments/reconcile.ts";
import { runEval } from "#server/evals/run.ts";
import { startEvalOfRun } from "#server/evals/start-of-run.ts";
import type { Handlers } from "#server/jobs/context.ts";
import { importModelVersion } from "#server/models/import/run.ts";
import { importSampleModel } from "#server/models/import/sample.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { applyRetention } from "#server/ops/retention.ts";
import { sweep } from "#server/ops/sweep.ts";
import { rollUpRequests } from "#server/requests/rollups/roll-up.ts";
import { convertRun } from "#server/runs/convert.ts";
import { trainRun } from "#server/runs/train.ts";
import { collectStorage } from "#server/storage/collect.ts";
import { scrubStorage } from "#server/storage/scrub.ts";

/** Job name → verb. One line each; the catalog's type says which are missing. */
export const handlers = {
  "datasets.import": importDataset,
  "datasets.sweepUploads": sweepUploads,
  "deployments.reconcile": reconcileDeployments,
  "evals.run": runEval,
  "evals.startOfRun": startEvalOfRun,
  "models.import": importModelVersion,
  "models.importSample": importSampleModel,
  "models.register": registerModelVersion,
  "ops.applyRetention": applyRetention,
  "ops.sweep": sweep,
  "requests.makeWeeks": ({ db }) => makeRequestWeeks(db),
  "requests.rollUp": rollUpRequests,
  "runs.convert": convertRun,
  "runs.train": trainRun,
  "storage.collect": (ctx, payload, signal) => collectStorage(ctx, payload, signal),
  "storage.scrub": (ctx, payload, signal) => scrubStorage(ctx, payload, signal),
} satisfies Handlers;
