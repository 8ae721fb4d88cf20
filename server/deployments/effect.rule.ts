import { percent, type Weights } from "#server/deployments/weights.rule.ts";

type Named = { id: string; number: number };

const fullBps = 10_000;

/** Below so many requests in the window a rate would be a guess. */
const enoughRequests = 10;

/**
 * What moving the weights does, in one sentence, from the requests that were really counted in `windowMinutes`:
 * "25 % of traffic, about 85 requests per minute, moves from v3 to v4." Null when nothing moves.
 */
export function formatEffect(
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

/**
 * What a move does to the users who stick to a revision: a caller's place from 0 to 10,000 stays, and the gateway lays
 * the revisions side by side on it, the newest first (routing/pick.rule.ts). Null when nothing moves.
 */
export function formatStickiness(revisions: readonly Named[], before: Weights, after: Weights): string | null {
  const [was, is] = [rangesOf(revisions, before), rangesOf(revisions, after)];
  const stays = [...is].reduce((sum, [id, range]) => {
    const old = was.get(id) ?? { from: 0, to: 0 };
    return sum + Math.max(0, Math.min(range.to, old.to) - Math.max(range.from, old.from));
  }, 0);
  const gains = [...is].reduce((sum, [id, range]) => {
    const old = was.get(id) ?? { from: 0, to: 0 };
    return sum + Math.max(0, range.to - range.from - (old.to - old.from));
  }, 0);
  if (gains === 0) return null;
  if (stays === 0) return "Every user changes revision.";
  if (fullBps - stays > gains)
    return `${percent(fullBps - stays)} of users change revision, for those in between give way.`;
  return `The other ${percent(stays)} of users stay on their revision.`;
}

function rangesOf(revisions: readonly Named[], weights: Weights) {
  const weightOf = new Map(weights.map((weight) => [weight.revisionId, weight.weightBps]));
  let from = 0;
  return new Map(
    [...revisions]
      .sort((a, b) => b.number - a.number)
      .map(({ id }) => {
        const range = { from, to: from + (weightOf.get(id) ?? 0) };
        from = range.to;
        return [id, range] as const;
      }),
  );
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
