import { percent, type Weights } from "#server/deployments/weights.rule.ts";

type Named = { id: string; number: number };

/** Below so many requests in the window a rate would be a guess. */
const enoughRequests = 10;

/**
 * What moving the weights does, in one sentence, from the requests that were really counted in `windowMinutes`:
 * "25 % of traffic, about 85 requests per minute, moves from v3 to v4." Null when nothing moves.
 */
export function sayEffect(
  revisions: readonly Named[],
  before: Weights,
  after: Weights,
  counted: { requests: number; windowMinutes: number },
): string | null {
  const was = new Map(before.map((weight) => [weight.revisionId, weight.weightBps]));
  const moves = after.map(({ revisionId, weightBps }) => ({ revisionId, by: weightBps - (was.get(revisionId) ?? 0) }));
  const gained = moves.filter((move) => move.by > 0);
  const moved = gained.reduce((sum, move) => sum + move.by, 0);
  if (moved === 0) return null;
  const names = (ids: { revisionId: string }[]) =>
    ids.map(({ revisionId }) => `v${revisions.find((one) => one.id === revisionId)?.number ?? "?"}`).join(" and ");
  const from = names(moves.filter((move) => move.by < 0));
  return `${percent(moved)} of traffic, ${rate(moved, counted)}, moves from ${from} to ${names(gained)}.`;
}

function rate(movedBps: number, { requests, windowMinutes }: { requests: number; windowMinutes: number }) {
  const window = windowMinutes === 60 ? "the last hour" : `the last ${windowMinutes} minutes`;
  if (requests === 0) return `with no request in ${window}`;
  if (requests < enoughRequests) return `with only ${requests} requests in ${window}`;
  const perMinute = (requests / windowMinutes) * (movedBps / 10_000);
  const perHour = Math.round(perMinute * 60);
  if (perMinute < 2) return perHour <= 1 ? "about 1 request per hour" : `about ${perHour} requests per hour`;
  return `about ${Math.round(perMinute)} requests per minute`;
}
