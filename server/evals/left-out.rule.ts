import { type LeftOut, type LeftOutReason, leftOutReasons } from "#db/enums.ts";
import { isRecord } from "#server/text/json.rule.ts";

const words: Record<LeftOutReason, (rows: string) => string> = {
  bad_answer: (rows) => `${rows} with an answer that is labelled bad`,
  preference: (rows) => `${rows} with two answers to compare and none to match`,
  text: (rows) => `${rows} of plain text without a question`,
  no_question: (rows) => `${rows} that begin with the answer`,
  no_answer: (rows) => `${rows} without an answer that is learnt`,
  beyond_max: (rows) => `${rows} beyond the most cases asked for`,
};

/** Why a normalised example, of which no case can be made, is left out. */
export function whyNoCase(example: unknown): LeftOutReason {
  if (!isRecord(example)) return "text";
  if (example.label === false) return "bad_answer";
  if (example.chosen !== undefined) return "preference";
  if (!Array.isArray(example.messages)) return example.text === undefined ? "no_answer" : "text";
  const learnt = example.messages.findLastIndex(
    (turn) => isRecord(turn) && turn.role === "assistant" && turn.weight !== 0,
  );
  return learnt === 0 ? "no_question" : "no_answer";
}

/** "119 of 137 rows are left out: 100 with an answer that is labelled bad, …"; null when every row is a case. */
export function formatLeftOut(cases: number, leftOut: LeftOut | null): string | null {
  const counted = leftOutReasons.flatMap((reason) => {
    const rows = leftOut?.[reason] ?? 0;
    return rows > 0 ? [{ reason, rows }] : [];
  });
  const out = counted.reduce((sum, { rows }) => sum + rows, 0);
  if (out === 0) return null;
  const count = (rows: number) => rows.toLocaleString("en");
  const reasons = counted.map(({ reason, rows }) => words[reason](count(rows))).join(", ");
  return `${count(out)} of ${count(cases + out)} rows ${out === 1 ? "is" : "are"} left out: ${reasons}`;
}
