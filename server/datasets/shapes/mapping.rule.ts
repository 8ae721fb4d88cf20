import type { DatasetShape } from "#db/enums.ts";
import { mappingTargets } from "#server/datasets/input.ts";
import { fromChat, fromPair, fromPairAsChat, fromText } from "#server/datasets/shapes/chat.rule.ts";
import { checked, type Reading } from "#server/datasets/shapes/detect.rule.ts";
import type { Convert } from "#server/datasets/shapes/layouts.rule.ts";
import { fromPreference, fromUnpaired } from "#server/datasets/shapes/preference.rule.ts";

/** Target field → source column. */
export type Mapping = Readonly<Partial<Record<string, string>>>;

/** How a mapped file is read, or one sentence that says what the mapping lacks. */
export function mappedReading(mapping: Mapping): Reading | { lacks: string } {
  const known: readonly string[] = mappingTargets;
  const unknown = Object.keys(mapping).find((target) => !known.includes(target));
  if (unknown) return { lacks: `"${unknown}" is not a target; choose from ${mappingTargets.join(", ")}` };
  const { messages, prompt, input, completion, label, system, history, chosen, rejected, text } = mapping;
  if (messages)
    return mapped("messages", (row, found) => fromChat(row, messages, found, system), { system: "system", ...mapping });
  if (chosen && rejected) {
    return mapped(
      "preference",
      (row, found) => fromPreference(row, { prompt, input, system, history, chosen, rejected }, found),
      mapping,
    );
  }
  if (prompt && completion && label) {
    const columns = { prompt, input, completion, label, system, history };
    return mapped("unpaired_preference", (row, found) => fromUnpaired(row, columns, found), mapping);
  }
  if (prompt && completion) {
    const columns = { prompt, input, completion, system, history };
    if (system || history) return mapped("messages", (row, found) => fromPairAsChat(row, columns, found), mapping);
    return mapped("prompt_completion", (row, found) => fromPair(row, columns, found), mapping);
  }
  if (text) return mapped("text", (row, found) => fromText(row, text, found), mapping);
  const ways = "prompt and completion, or chosen and rejected, or messages, or text";
  return { lacks: `map ${ways}` };
}

function mapped(shape: DatasetShape, convert: Convert, mapping: Mapping): Reading {
  const columns = Object.values(mapping).filter((name) => name !== undefined);
  return { source: "mapped", shape, convert: checked(convert, columns) };
}
