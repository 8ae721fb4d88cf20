type Mark = { x: number; label: string };
export type PlacedLabel = { lane: number; side: "left" | "right" } | null;

/** Width of a character of the tick font, and the room between two labels. */
const charPx = 6.2;
const gapPx = 8;
const lanes = 3;

/**
 * Where the words of vertical marks stand so that none lies on another and none leaves the plot: beside their line, in
 * one of three lanes. The newest (rightmost) come first; those that find no room are null, their line says enough.
 */
export function placeLabels(marks: readonly Mark[], domain: { lo: number; hi: number }, plotPx: number): PlacedLabel[] {
  const taken: { lane: number; from: number; to: number }[] = [];
  const placed: PlacedLabel[] = marks.map(() => null);
  const order = marks.map((mark, index) => ({ mark, index })).sort((a, b) => b.mark.x - a.mark.x);
  for (const { mark, index } of order) {
    const at = ((mark.x - domain.lo) / (domain.hi - domain.lo || 1)) * plotPx;
    const wide = mark.label.length * charPx + gapPx;
    const side = at + wide > plotPx && at - wide >= 0 ? "left" : "right";
    const span = side === "left" ? { from: at - wide, to: at } : { from: at, to: at + wide };
    const free = Array.from({ length: lanes }, (_, lane) => lane).find((lane) =>
      taken.every((other) => other.lane !== lane || span.to <= other.from || span.from >= other.to),
    );
    if (free === undefined) continue;
    taken.push({ lane: free, ...span });
    placed[index] = { lane: free, side };
  }
  return placed;
}
