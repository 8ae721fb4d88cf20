const fullBps = 10_000;

export type Weights = readonly { revisionId: string; weightBps: number }[];

/** A live revision as the decision needs it: its present weight, and null or why it cannot take traffic now. */
export type LiveRevision = { id: string; name: string; weightBps: number; notReady: string | null };

export type WeightVerdict =
  | { do: "apply"; moves: { id: string; name: string; from: number; to: number }[] }
  | { do: "conflict"; why: string }
  | { do: "refuse"; why: string };

/**
 * May these weights become the present ones? The caller must have seen the weights that are there now; all live
 * revisions together must keep 10,000 basis points; and only a revision whose replica is ready may get more.
 */
export function judgeWeights(live: readonly LiveRevision[], expected: Weights, wanted: Weights): WeightVerdict {
  const seen = byId(expected);
  const stale = seen.size !== live.length || live.some((revision) => seen.get(revision.id) !== revision.weightBps);
  if (stale) return { do: "conflict", why: `somebody moved the weights meanwhile: now ${formatWeights(live)}` };
  const next = byId(wanted);
  if (next.size !== wanted.length) return { do: "refuse", why: "a revision is named twice" };
  const unknown = wanted.find(({ revisionId }) => !seen.has(revisionId));
  if (unknown) return { do: "refuse", why: `${unknown.revisionId} is not a live revision of this deployment` };
  const moves = live.flatMap((revision) => {
    const to = next.get(revision.id) ?? revision.weightBps;
    return to === revision.weightBps ? [] : [{ ...revision, from: revision.weightBps, to }];
  });
  const sum = live.reduce((total, revision) => total + (next.get(revision.id) ?? revision.weightBps), 0);
  if (sum !== fullBps) return { do: "refuse", why: `the weights sum to ${percent(sum)}, not to 100 %` };
  const cold = moves.find((move) => move.to > move.from && move.notReady !== null);
  if (cold) return { do: "refuse", why: `${cold.name} cannot take more traffic: ${cold.notReady}` };
  return { do: "apply", moves: moves.map(({ id, name, from, to }) => ({ id, name, from, to })) };
}

/** Basis points as people read them. */
export function percent(bps: number): string {
  return `${Number((bps / 100).toFixed(2))} %`;
}

function formatWeights(live: readonly LiveRevision[]) {
  return live.map((revision) => `${revision.name} ${percent(revision.weightBps)}`).join(", ") || "no live revision";
}

function byId(weights: Weights) {
  return new Map(weights.map(({ revisionId, weightBps }) => [revisionId, weightBps]));
}

/**
 * Give one revision `toBps` and take the difference from (or give it to) the others in proportion to what they
 * have, in whole basis points that still sum to 10,000. With nobody else to take from, it keeps everything.
 */
export function rebalance(
  weights: Weights,
  revisionId: string,
  toBps: number,
): { revisionId: string; weightBps: number }[] {
  const others = weights.filter((weight) => weight.revisionId !== revisionId);
  if (others.length === 0) return [{ revisionId, weightBps: fullBps }];
  const target = Math.min(fullBps, Math.max(0, Math.round(toBps)));
  const rest = fullBps - target;
  const had = others.reduce((sum, other) => sum + other.weightBps, 0);
  const shares = others.map((other) => (had > 0 ? (other.weightBps / had) * rest : rest / others.length));
  const floors = shares.map(Math.floor);
  let left = rest - floors.reduce((sum, share) => sum + share, 0);
  const byRemainder = shares
    .map((share, i) => ({ i, part: share - Math.floor(share) }))
    .sort((a, b) => b.part - a.part);
  for (const { i } of byRemainder) {
    if (left <= 0) break;
    floors[i] = (floors[i] ?? 0) + 1;
    left -= 1;
  }
  const next = new Map(others.map((other, i) => [other.revisionId, floors[i] ?? 0]));
  return weights.map((weight) => ({
    revisionId: weight.revisionId,
    weightBps: weight.revisionId === revisionId ? target : (next.get(weight.revisionId) ?? 0),
  }));
}
