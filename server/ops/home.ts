import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import { publicApiUrl } from "#server/env.ts";
import { homeInProgress, homeRuns } from "#server/ops/home-in-progress.ts";
import { homeSteps } from "#server/ops/home-steps.ts";
import { homeFacts, homeTraffic } from "#server/requests/home.ts";

/**
 * Everything the Home page shows but health → `{at, apiUrl, steps, facts, traffic, inProgress, runs}`; `at` is the
 * database's clock, on which all windows end.
 */
export async function home(ctx: Ctx) {
  const [clock, steps, facts, traffic, inProgress, runs] = await Promise.all([
    ctx.db.execute<{ at: string }>(sql`select now()::text as at`),
    homeSteps(ctx),
    homeFacts(ctx),
    homeTraffic(ctx),
    homeInProgress(ctx),
    homeRuns(ctx),
  ]);
  const at = clock[0]?.at;
  return { at: at ? new Date(at) : new Date(), apiUrl: publicApiUrl(), steps, facts, traffic, inProgress, runs };
}
