/** The codes of row problems as short nouns, one and many, for counts. */
const words: Readonly<Record<string, readonly [one: string, many: string]>> = {
  answer_not_assistant: ["answer by the wrong role", "answers by the wrong role"],
  broken_unicode: ["text with broken Unicode", "texts with broken Unicode"],
  empty_field: ["empty field", "empty fields"],
  empty_turn: ["empty turn", "empty turns"],
  invalid_json: ["line that is not JSON", "lines that are not JSON"],
  invalid_utf8: ["line that is not UTF-8", "lines that are not UTF-8"],
  last_not_assistant: ["chat without an answer", "chats without an answer"],
  answer_of_several_turns: ["answer of several turns", "answers of several turns"],
  bad_weight: ["weight that is neither 0 nor 1", "weights that are neither 0 nor 1"],
  history_not_expected: ["unexpected history", "unexpected histories"],
  label_not_boolean: ["label that is not true or false", "labels that are not true or false"],
  media: ["row with images, audio or video", "rows with images, audio or video"],
  no_shared_prompt: ["pair without a shared prompt", "pairs without a shared prompt"],
  nothing_learnt: ["chat of weight 0 alone", "chats of weight 0 alone"],
  prompt_only_row: ["prompt without an answer", "prompts without an answer"],
  ranked_answers_row: ["row of ranked answers", "rows of ranked answers"],
  raw_nul: ["line with a NUL byte", "lines with a NUL byte"],
  reasoning: ["turn with reasoning", "turns with reasoning"],
  refusal_turn: ["refusal", "refusals"],
  repeated_key: ["key that stands twice", "keys that stand twice"],
  segments_row: ["row of segments", "rows of segments"],
  stepwise_row: ["row of stepwise labels", "rows of stepwise labels"],
  tokenized_row: ["tokenized row", "tokenized rows"],
  too_deep: ["row nested too deep", "rows nested too deep"],
  train_detail: ["turn excluded in part", "turns excluded in part"],
  turn_row: ["single turn", "single turns"],
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
