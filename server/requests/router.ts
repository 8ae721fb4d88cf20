import { requestChoices } from "#server/requests/choices.ts";
import { ListRequests, RequestChoices, RequestFilter, RequestTraffic, ShowRequest } from "#server/requests/input.ts";
import { listRequests } from "#server/requests/list.ts";
import { showRequest } from "#server/requests/show.ts";
import { summariseRequests } from "#server/requests/summary.ts";
import { requestTraffic } from "#server/requests/traffic.ts";
import { procedure, router } from "#server/trpc.ts";

export const requestsRouter = router({
  choices: procedure.input(RequestChoices).query(({ ctx, input }) => requestChoices(ctx, input)),
  list: procedure.input(ListRequests).query(({ ctx, input }) => listRequests(ctx, input)),
  show: procedure.input(ShowRequest).query(({ ctx, input }) => showRequest(ctx, input)),
  traffic: procedure.input(RequestTraffic).query(({ ctx, input }) => requestTraffic(ctx, input)),
  summary: procedure.input(RequestFilter).query(({ ctx, input }) => summariseRequests(ctx, input)),
});
