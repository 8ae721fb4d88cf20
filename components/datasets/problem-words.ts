/** The codes of row problems as short nouns, one and many, for counts. */
const words: Readonly<Record<string, readonly [one: string, many: string]>> = {
  answer_not_assistant: ["answer by the wrong role", "answers by the wrong role"],
  broken_unicode: ["text with broken Unicode", "texts with broken Unicode"],
  empty_field: ["empty field", "empty fields"],
  empty_turn: ["empty turn", "empty turns"],
  invalid_json: ["line that is not JSON", "lines that are not JSON"],
  invalid_utf8: ["line that is not UTF-8", "lines that are not UTF-8"],
  last_not_assistant: ["chat without an answer", "chats without an answer"],
  marked_bad: ["answer marked bad", "answers marked bad"],
  missing_field: ["missing field", "missing fields"],
  no_turns: ["chat without turns", "chats without turns"],
  not_an_object: ["row that is no object", "rows that are no object"],
  not_text: ["part that is not text", "parts that are not text"],
  nul_character: ["text with a NUL character", "texts with a NUL character"],
  other_shape: ["row of another shape", "rows of another shape"],
  prompt_not_user: ["prompt that ends with an answer", "prompts that end with an answer"],
  roles_out_of_order: ["role out of order", "roles out of order"],
  row_too_long: ["row over 8 MiB", "rows over 8 MiB"],
  same_answers: ["pair of equal answers", "pairs of equal answers"],
  system_not_expected: ["unexpected system text", "unexpected system texts"],
  system_not_first: ["system turn in the middle", "system turns in the middle"],
  tool_turn: ["tool turn", "tool turns"],
  truncated: ["cut-off last line", "cut-off last lines"],
  unknown_role: ["unknown role", "unknown roles"],
  wrong_type: ["field of the wrong type", "fields of the wrong type"],
};

/** "12 empty turns", "1 empty turn", most frequent first. */
export function countedProblems(
  counts: Readonly<Record<string, number>>,
): { code: string; words: string; count: number }[] {
  return Object.entries(counts)
    .map(([code, count]) => ({ code, words: words[code]?.[count === 1 ? 0 : 1] ?? code.replaceAll("_", " "), count }))
    .sort((a, b) => b.count - a.count);
}
