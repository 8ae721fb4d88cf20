import { z } from "zod";
import { evalStatuses, splits } from "#db/enums.ts";
import { type GraderKind, graderKinds, graders } from "#server/evals/graders.rule.ts";
import { Cursor, Pick, searchText, sortedBy } from "#server/input.ts";

const Id = z.string().min(1).max(64);

export const SuiteName = z
  .string()
  .trim()
  .min(1, "give the suite a name")
  .max(80, "use at most 80 characters")
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, "use letters, digits, spaces, dots, dashes and underscores");

const graderName = z.string().trim().min(1, "name the grader").max(40, "use at most 40 characters");

function graderInput(kind: GraderKind) {
  const { label, options } = graders[kind];
  const shape = { name: graderName, kind: z.literal(kind), ...options };
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === "unrecognized_keys" ? `the grader ${label} takes no ${[keys].flat().join(", ")}` : undefined,
  });
}

const [firstKind, ...otherKinds] = graderKinds;
/** A grader by its kind, its options beside: each kind takes its own. */
export const GraderInput = z.discriminatedUnion("kind", [graderInput(firstKind), ...otherKinds.map(graderInput)]);

/** A suite is made from one split of a ready dataset version; the last assistant turn of a row is its reference. */
export const CreateSuite = z.object({
  name: SuiteName,
  datasetVersionId: z.string().min(1, "choose a dataset").max(64),
  split: z.enum(splits).default("validation"),
  graders: z
    .array(GraderInput)
    .min(1, "choose at least one grader")
    .max(8, "at most 8 graders")
    .refine((all) => new Set(all.map((grader) => grader.name)).size === all.length, "two graders have the same name"),
  maxCases: z.int("write a whole number").min(1, "at least one case").max(5_000, "at most 5,000 cases").default(1_000),
  maxTokens: z.int("write a whole number").min(1, "at least one token").max(4_096, "at most 4,096 tokens").default(128),
});
export type CreateSuite = z.input<typeof CreateSuite>;

/** Candidate and baseline are model versions: an id, or a callable name like `support/3` or `nano`. */
export const StartEval = z.object({
  suite: z.string().min(1, "choose a suite").max(120),
  candidate: z.string().min(1, "choose a candidate").max(160),
  baseline: z.string().min(1, "choose a baseline").max(160),
});
export type StartEval = z.infer<typeof StartEval>;

/** An id, a short id, or the name of a suite that ran once. */
export const EvalRef = z.object({ evalId: z.string().min(1).max(80) });
export type EvalRef = z.infer<typeof EvalRef>;

export const SuiteRef = z.object({ suiteId: Id });

/** A suite by id, short id or name. */
export const NamedSuite = z.object({ suite: z.string().trim().min(1).max(120) });
export type NamedSuite = z.infer<typeof NamedSuite>;

export const evalSorts = ["name", "suite", "cases", "status", "difference", "started"] as const;

export const ListEvals = z.object({
  cursor: Cursor,
  sort: sortedBy(evalSorts, "started"),
  limit: z.int().min(1).max(100).default(50),
  search: searchText(80).optional(),
  status: z.array(z.enum(evalStatuses)).optional(),
  modelVersionId: Id.optional(),
});
export type ListEvals = z.input<typeof ListEvals>;

export const suiteSorts = ["name", "cases", "evals", "created"] as const;

export const ListSuites = Pick.extend({
  cursor: Cursor,
  sort: sortedBy(suiteSorts, "created"),
});
export type ListSuites = z.input<typeof ListSuites>;

/** What the form has so far; what it lacks is proposed. */
export const ProposeEval = z.object({ suiteId: Id.optional(), candidateId: Id.optional(), baselineId: Id.optional() });
export type ProposeEval = z.infer<typeof ProposeEval>;

export const caseOutcomes = ["lost", "won", "tied", "all"] as const;

/** Cases of one eval, regressions first, then gains, then ties. */
export const ListCases = z.object({
  evalId: Id,
  outcome: z.enum(caseOutcomes).default("all"),
  cursor: Cursor,
  limit: z.int().min(1).max(100).default(20),
});
export type ListCases = z.input<typeof ListCases>;
