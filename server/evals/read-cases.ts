import type { LeftOut, Split } from "#db/enums.ts";
import { maxRowBytes } from "#server/datasets/rows/limits.rule.ts";
import { createLineReader } from "#server/datasets/rows/lines.ts";
import { caseOf, type EvalCase } from "#server/evals/case.rule.ts";
import { whyNoCase } from "#server/evals/left-out.rule.ts";
import type { Storage } from "#server/storage.ts";

type Source = { trainBlob: string | null; validationBlob: string | null };

/** The cases of a split in file order, at most `limit`, and why rows before the last of them are none. */
export async function readCases(
  storage: Storage,
  source: Source,
  split: Split,
  limit: number,
): Promise<{ cases: EvalCase[]; leftOut: LeftOut }> {
  const blob = split === "train" ? source.trainBlob : source.validationBlob;
  const cases: EvalCase[] = [];
  const leftOut: LeftOut = {};
  if (!blob) return { cases, leftOut };
  // not node:readline: it also breaks a line at U+2028 and U+2029, which JSON holds raw
  const lines = createLineReader(maxRowBytes * 2);
  for await (const chunk of storage.read(blob)) {
    // every row ends with a line break, so nothing is left behind in the reader
    for (const line of lines.push(chunk)) {
      if (cases.length >= limit) return { cases, leftOut };
      const example: unknown = JSON.parse(line.bytes.toString("utf8"));
      const one = caseOf(example);
      if (one) cases.push(one);
      else {
        const why = whyNoCase(example);
        leftOut[why] = (leftOut[why] ?? 0) + 1;
      }
    }
  }
  return { cases, leftOut };
}
