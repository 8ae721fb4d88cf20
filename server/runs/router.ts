import { cancelRun } from "#server/runs/cancel.ts";
import { runCurves } from "#server/runs/curves.ts";
import { deleteRun, runDeleteAffects } from "#server/runs/delete.ts";
import { estimate } from "#server/runs/estimate.ts";
import { ListRunEvents, ListRuns, PlanRun, ReadRunLog, RunCurves, RunRef, StartRun } from "#server/runs/input.ts";
import { listRuns } from "#server/runs/list.ts";
import { listRunEvents } from "#server/runs/list-events.ts";
import { pauseRun } from "#server/runs/pause.ts";
import { readRunLog } from "#server/runs/read-log.ts";
import { resumeRun } from "#server/runs/resume.ts";
import { showRun } from "#server/runs/show.ts";
import { startRun } from "#server/runs/start.ts";
import { procedure, router } from "#server/trpc.ts";

export const runsRouter = router({
  cancel: procedure.input(RunRef).mutation(({ ctx, input }) => cancelRun(ctx, input)),
  curves: procedure.input(RunCurves).query(({ ctx, input }) => runCurves(ctx, input)),
  delete: procedure.input(RunRef).mutation(({ ctx, input }) => deleteRun(ctx, input)),
  deleteAffects: procedure.input(RunRef).query(({ ctx, input }) => runDeleteAffects(ctx, input)),
  estimate: procedure.input(PlanRun).query(({ ctx, input }) => estimate(ctx, input)),
  events: procedure.input(ListRunEvents).query(({ ctx, input }) => listRunEvents(ctx, input)),
  list: procedure.input(ListRuns).query(({ ctx, input }) => listRuns(ctx, input)),
  log: procedure.input(ReadRunLog).query(({ ctx, input }) => readRunLog(ctx, input)),
  pause: procedure.input(RunRef).mutation(({ ctx, input }) => pauseRun(ctx, input)),
  resume: procedure.input(RunRef).mutation(({ ctx, input }) => resumeRun(ctx, input)),
  show: procedure.input(RunRef).query(({ ctx, input }) => showRun(ctx, input)),
  start: procedure.input(StartRun).mutation(({ ctx, input }) => startRun(ctx, input)),
});
