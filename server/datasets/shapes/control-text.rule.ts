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

/** The first such text; null when there is none. */
export function findControlText(texts: readonly string[]): string | null {
  for (const text of texts) {
    // most texts hold neither, and looking for one character is much quicker
    if (!text.includes("<") && !text.includes("[")) continue;
    const found = controlText.exec(text);
    if (found) return found[0];
  }
  return null;
}
