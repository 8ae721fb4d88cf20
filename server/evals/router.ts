import { archiveSuite } from "#server/evals/archive-suite.ts";
import { cancelEval } from "#server/evals/cancel.ts";
import { listCases } from "#server/evals/cases.ts";
import { createSuite } from "#server/evals/create-suite.ts";
import { deleteEval, evalDeleteAffects } from "#server/evals/delete.ts";
import { deleteSuite, suiteDeleteAffects } from "#server/evals/delete-suite.ts";
import {
  CreateSuite,
  EvalRef,
  ListCases,
  ListEvals,
  ListSuites,
  NamedSuite,
  ProposeEval,
  StartEval,
  SuiteRef,
} from "#server/evals/input.ts";
import { listEvals } from "#server/evals/list.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { proposeEval } from "#server/evals/propose.ts";
import { showEval } from "#server/evals/show.ts";
import { startEval } from "#server/evals/start.ts";
import { procedure, router } from "#server/trpc.ts";

export const evalsRouter = router({
  archiveSuite: procedure.input(SuiteRef).mutation(({ ctx, input }) => archiveSuite(ctx, input)),
  cancel: procedure.input(EvalRef).mutation(({ ctx, input }) => cancelEval(ctx, input)),
  cases: procedure.input(ListCases).query(({ ctx, input }) => listCases(ctx, input)),
  createSuite: procedure.input(CreateSuite).mutation(({ ctx, input }) => createSuite(ctx, input)),
  delete: procedure.input(EvalRef).mutation(({ ctx, input }) => deleteEval(ctx, input)),
  deleteAffects: procedure.input(EvalRef).query(({ ctx, input }) => evalDeleteAffects(ctx, input)),
  deleteSuite: procedure.input(NamedSuite).mutation(({ ctx, input }) => deleteSuite(ctx, input)),
  deleteSuiteAffects: procedure.input(NamedSuite).query(({ ctx, input }) => suiteDeleteAffects(ctx, input)),
  list: procedure.input(ListEvals).query(({ ctx, input }) => listEvals(ctx, input)),
  propose: procedure.input(ProposeEval).query(({ ctx, input }) => proposeEval(ctx, input)),
  show: procedure.input(EvalRef).query(({ ctx, input }) => showEval(ctx, input)),
  start: procedure.input(StartEval).mutation(({ ctx, input }) => startEval(ctx, input)),
  suites: procedure.input(ListSuites).query(({ ctx, input }) => listSuites(ctx, input)),
});
