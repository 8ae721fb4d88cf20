import { createInterface } from "node:readline";
import type { Split } from "#db/enums.ts";
import { caseOf, type EvalCase } from "#server/evals/case.rule.ts";
import type { Storage } from "#server/storage.ts";

type Source = { trainBlob: string | null; validationBlob: string | null };

/** The cases of a split in file order, at most `limit`; rows without a question and an answer are passed over. */
export async function readCases(storage: Storage, source: Source, split: Split, limit: number): Promise<EvalCase[]> {
  const blob = split === "train" ? source.trainBlob : source.validationBlob;
  if (!blob) return [];
  const cases: EvalCase[] = [];
  const input = storage.read(blob);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) {
      if (cases.length >= limit) break;
      const one = line.trim() === "" ? null : caseOf(JSON.parse(line));
      if (one) cases.push(one);
    }
  } finally {
    lines.close();
    input.destroy();
  }
  return cases;
}
