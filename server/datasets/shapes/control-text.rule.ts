/**
 * Text that looks like a control token of a known family of models: ChatML, Llama 2 to 4, Mistral, Gemma, Phi, Qwen,
 * GPT-OSS, DeepSeek, Command R, T5. It is learnt as text, never as the token; the import says how often it occurs.
 */
const families = [
  "<[|｜][\\p{L}\\p{N}_./▁:-]{1,60}[|｜]>", // <|im_start|>, <|eot_id|>, <|START_OF_TURN_TOKEN|>, <｜begin▁of▁sentence｜>
  "</?s>|<(?:bos|eos|pad|unk|mask)>",
  "<(?:start|end)_of_turn>",
  "\\[/?INST\\]|<</?SYS>>",
  "\\[/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|IMG)\\]",
];
const controlText = new RegExp(families.join("|"), "u");

/** The first such text of an example, written as JSON: none of them holds a character that JSON escapes. Null without one. */
export function findControlText(line: string): string | null {
  return mayHoldOne(line) ? (controlText.exec(line)?.[0] ?? null) : null;
}

/** Most lines hold no `<`, and `[` only where JSON opens a list: looking for one character is much quicker. */
function mayHoldOne(line: string): boolean {
  if (line.includes("<")) return true;
  for (let at = line.indexOf("["); at !== -1; at = line.indexOf("[", at + 1)) if (line[at + 1] !== "{") return true;
  return false;
}
