/** What the 95 % interval of a difference lets one say, in the words that the page shows. */
export type Verdict = "better" | "worse" | "not worse" | "cannot tell";

type Interval = { low: number; high: number };

/** Two models compared by one grader; shares and marks lie in 0…1, intervals are 95 %. */
export type GraderSummary = {
  name: string;
  kind: string;
  n: number;
  baseline: Interval & { score: number };
  candidate: Interval & { score: number };
  difference: Interval & { score: number };
  verdict: Verdict;
  /** exact McNemar, two-sided; null for graders whose marks are not just 0 or 1 */
  pValue: number | null;
  wins: number;
  losses: number;
  ties: number;
  /** smallest true difference these cases would show at 80 % power */
  detectable: number;
  /** cases it would take to tell the difference seen; null when none was seen */
  needed: number | null;
};

/**
 * How many of an eval's cases its targets were trained on, `either` of them. The verdict is drawn on the others only.
 * `unchecked`: datasets in a target's lineage whose rows could not be compared.
 */
export type Overlap = {
  cases: number;
  candidate: number;
  baseline: number;
  either: number;
  unchecked: { candidate: string[]; baseline: string[] };
};

/** A target's comparison with its eval's baseline, as `eval_targets.summary` holds it; written once, from the scores. */
export type EvalSummary = {
  /** in the suite's order: the first is the headline */
  graders: GraderSummary[];
  errors: { baseline: number; candidate: number };
  /** absent in evals from before it was looked up */
  overlap?: Overlap;
};
