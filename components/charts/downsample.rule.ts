import type { Point } from "#components/charts/chart-types.ts";

/** What one chart may draw; more is neither visible nor smooth. */
export const maxPoints = 2_000;

/**
 * Largest-Triangle-Three-Buckets (Sveinn Steinarsson, 2013): keeps the points that shape the line, spikes included.
 * The first and the last point stay; gaps (`y: null`) stay gaps. Points must be in order of x.
 */
export function downsample(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit || limit < 3) return points.length <= limit ? points : points.slice(0, limit);
  const kept: Point[] = [];
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return points;
  kept.push(first);
  const size = (points.length - 2) / (limit - 2);
  let anchor = first;
  for (let bucket = 0; bucket < limit - 2; bucket++) {
    const from = Math.floor(bucket * size) + 1;
    const to = Math.floor((bucket + 1) * size) + 1;
    const ahead = averageOf(points.slice(to, Math.min(Math.floor((bucket + 2) * size) + 1, points.length)), last);
    const best = widest(anchor, points.slice(from, to), ahead);
    if (!best) continue;
    kept.push(best);
    anchor = best;
  }
  kept.push(last);
  return kept;
}

function averageOf(points: readonly Point[], fallback: Point): { x: number; y: number } {
  const known = points.filter((point) => point.y !== null);
  if (known.length === 0) return { x: fallback.x, y: fallback.y ?? 0 };
  return {
    x: known.reduce((sum, point) => sum + point.x, 0) / known.length,
    y: known.reduce((sum, point) => sum + (point.y ?? 0), 0) / known.length,
  };
}

function widest(anchor: Point, points: readonly Point[], ahead: { x: number; y: number }) {
  let best: Point | undefined;
  let bestArea = -1;
  for (const point of points) {
    if (point.y === null) return point;
    const anchorY = anchor.y ?? point.y;
    const area = Math.abs((anchor.x - ahead.x) * (point.y - anchorY) - (anchor.x - point.x) * (ahead.y - anchorY));
    if (area > bestArea) {
      best = point;
      bestArea = area;
    }
  }
  return best;
}
