import type { Point } from "#components/charts/chart-types.ts";

/**
 * The dark line over a noisy one: an exponential moving average of the weight `weight` (0 none … 0.99), as TensorBoard and
 * W&B draw it, with bias correction, so that it does not start at zero; run once forwards and once backwards and
 * averaged, so that it neither lags behind the data nor runs ahead of it. Gaps stay gaps.
 */
export function smooth(points: readonly Point[], weight: number): readonly Point[] {
  if (weight <= 0) return points;
  const forwards = movingAverage(points, weight);
  const backwards = movingAverage(points.toReversed(), weight).toReversed();
  return points.map((point, i) => {
    const [before, after] = [forwards[i], backwards[i]];
    return before === null || before === undefined || after === null || after === undefined
      ? { x: point.x, y: null }
      : { x: point.x, y: (before + after) / 2 };
  });
}

/** Adam's bias correction: a weighted mean of the values so far, the newest weighing most. */
function movingAverage(points: readonly Point[], weight: number): (number | null)[] {
  let sum = 0;
  let weights = 0;
  return points.map(({ y }) => {
    if (y === null) return null;
    sum = sum * weight + y * (1 - weight);
    weights = weights * weight + (1 - weight);
    return sum / weights;
  });
}
