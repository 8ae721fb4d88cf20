import { auditRouter } from "#server/audit/router.ts";
import { datasetsRouter } from "#server/datasets/router.ts";
import { deploymentsRouter } from "#server/deployments/router.ts";
import { economicsRouter } from "#server/economics/router.ts";
import { evalsRouter } from "#server/evals/router.ts";
import { keysRouter } from "#server/keys/router.ts";
import { modelsRouter } from "#server/models/router.ts";
import { opsRouter } from "#server/ops/router.ts";
import { peopleRouter } from "#server/people/router.ts";
import { projectsRouter } from "#server/projects/router.ts";
import { promotionsRouter } from "#server/promotions/router.ts";
import { requestsRouter } from "#server/requests/router.ts";
import { routingRouter } from "#server/routing/router.ts";
import { runsRouter } from "#server/runs/router.ts";
import { storageRouter } from "#server/storage/router.ts";
import { router } from "#server/trpc.ts";

/** The root router: a list of domains. */
export const appRouter = router({
  audit: auditRouter,
  datasets: datasetsRouter,
  deployments: deploymentsRouter,
  economics: economicsRouter,
  evals: evalsRouter,
  keys: keysRouter,
  models: modelsRouter,
  ops: opsRouter,
  people: peopleRouter,
  projects: projectsRouter,
  promotions: promotionsRouter,
  requests: requestsRouter,
  runs: runsRouter,
  routing: routingRouter,
  storage: storageRouter,
});

export type AppRouter = typeof appRouter;
