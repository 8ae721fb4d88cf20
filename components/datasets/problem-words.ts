/** The codes of row problems as short nouns, for counts. */
const words: Readonly<Record<string, string>> = {
  answer_not_assistant: "answers by the wrong role",
  broken_unicode: "broken Unicode",
  empty_field: "empty fields",
  empty_turn: "empty turns",
  invalid_json: "lines that are not JSON",
  invalid_utf8: "lines that are not UTF-8",
  last_not_assistant: "chats without an answer",
  marked_bad: "answers marked bad",
  missing_field: "missing fields",
  no_turns: "chats without turns",
  not_an_object: "rows that are no object",
  not_text: "parts that are not text",
  nul_character: "texts with a NUL character",
  other_shape: "rows of another shape",
  prompt_not_user: "prompts that end with an answer",
  roles_out_of_order: "roles out of order",
  row_too_long: "rows over 8 MiB",
  same_answers: "equal answers",
  system_not_expected: "unexpected system texts",
  system_not_first: "system turns in the middle",
  tool_turn: "tool turns",
  truncated: "cut-off last lines",
  unknown_role: "unknown roles",
  wrong_type: "fields of the wrong type",
};

/** "12 empty turns", most frequent first. */
export function countedProblems(
  counts: Readonly<Record<string, number>>,
): { code: string; words: string; count: number }[] {
  return Object.entries(counts)
    .map(([code, count]) => ({ code, words: words[code] ?? code.replaceAll("_", " "), count }))
    .sort((a, b) => b.count - a.count);
}
