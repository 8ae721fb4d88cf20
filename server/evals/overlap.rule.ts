import type { Overlap } from "#db/eval-summary.ts";

type Side = { seen: Set<number>; unchecked: string[] };

/** Count what both targets have seen of `cases` cases. */
export function overlapOf(cases: number, candidate: Side, baseline: Side): Overlap {
  return {
    cases,
    candidate: candidate.seen.size,
    baseline: baseline.seen.size,
    either: new Set([...candidate.seen, ...baseline.seen]).size,
    unchecked: { candidate: candidate.unchecked, baseline: baseline.unchecked },
  };
}

type Names = { candidate: string; baseline: string };

/** What a person should know before trusting the eval, in sentences; null when both targets have seen none of the cases. */
export function formatOverlap(overlap: Overlap | undefined, { candidate, baseline }: Names): string | null {
  if (!overlap) return "This eval is from before training overlap was checked: run it again to know.";
  const { cases, unchecked } = overlap;
  const of = (n: number) => `${n.toLocaleString("en-US")} of the ${cases.toLocaleString("en-US")} cases`;
  const said: string[] = [];
  if (overlap.either > 0) {
    const seen = (
      [
        [candidate, overlap.candidate],
        [baseline, overlap.baseline],
      ] as const
    ).filter(([, n]) => n > 0);
    said.push(`${seen.map(([name, n]) => `${name} was trained on ${of(n)}`).join(", ")}.`);
    const left = cases - overlap.either;
    said.push(
      left === 0
        ? "No unseen case is left, so there is no verdict."
        : `The verdict is drawn on the ${left.toLocaleString("en-US")} unseen ones.`,
    );
  }
  for (const [name, datasets] of [
    [candidate, unchecked.candidate],
    [baseline, unchecked.baseline],
  ] as const)
    if (datasets.length > 0) said.push(`Not comparable with the cases: ${datasets.join(", ")}, which trained ${name}.`);
  return said.length > 0 ? said.join(" ") : null;
}
