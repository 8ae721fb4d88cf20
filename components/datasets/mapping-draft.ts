import { sentence } from "#components/ui/format.ts";
import type { ColumnMapping } from "#server/datasets/input.ts";
import { mayBeCut } from "#server/datasets/pass/sample.rule.ts";
import type { SeenColumn } from "#server/datasets/shapes/detect.rule.ts";
import { mappedReading } from "#server/datasets/shapes/mapping.rule.ts";
import { nothingFound } from "#server/datasets/shapes/problem.rule.ts";
import { isExactObject } from "#server/text/exact-json.rule.ts";

export type Target = keyof ColumnMapping;

/** What a file can become, and which targets that takes. */
export const aims = {
  pair: {
    label: "Prompt and completion",
    hint: "a question and its answer",
    needs: ["prompt", "completion"],
    may: ["input", "system", "history"],
  },
  preference: {
    label: "Preference",
    hint: "the better and the worse answer; without a prompt what both begin with",
    needs: ["chosen", "rejected"],
    may: ["prompt", "input", "system", "history"],
  },
  unpaired: {
    label: "Unpaired preference",
    hint: "one answer and whether it is good",
    needs: ["prompt", "completion", "label"],
    may: ["input", "system", "history"],
  },
  messages: { label: "Chats", hint: "one column that holds a list of turns", needs: ["messages"], may: ["system"] },
  text: { label: "Plain text", hint: "trained on as it is", needs: ["text"], may: [] },
} as const satisfies Record<string, { label: string; hint: string; needs: readonly Target[]; may: readonly Target[] }>;

export type Aim = keyof typeof aims;

/** Names that people give to these columns; only a first guess. */
const guesses: Record<Target, RegExp> = {
  prompt: /^(prompt|question|query|input|instruction|user|source|ticket|q)$/i,
  input: /^(context|article|passage|background)$/i,
  completion: /^(completion|response|answer|output|reply|assistant|target|label|a)$/i,
  label: /^(label|kto_tag|good|accepted)$/i,
  system: /^(system|system_prompt)$/i,
  history: /^history$/i,
  chosen: /^(chosen|preferred|better|win(ner)?)$/i,
  rejected: /^(rejected|other|worse|los(er|t))$/i,
  messages: /^(messages|conversations?|chat|turns|dialog(ue)?)$/i,
  text: /^(text|content|body|document)$/i,
};

export type MappingDraft = { aim: Aim; columns: ColumnMapping };

/** A first guess from the columns' names: a complete aim if the names give one. */
export function guessMapping(columns: readonly SeenColumn[]): MappingDraft {
  const find = (target: Target) => columns.find((column) => guesses[target].test(column.name))?.name;
  for (const aim of ["preference", "pair", "messages", "text"] as const) {
    const targets: readonly Target[] = [...aims[aim].needs, ...aims[aim].may];
    const found = Object.fromEntries(targets.map((target) => [target, find(target)]));
    if (aims[aim].needs.every((target) => found[target])) return { aim, columns: withoutEmpty(found) };
  }
  return { aim: "pair", columns: {} };
}

/** The mapping that a draft stands for; null while a column is missing. */
export function mappingOf({ aim, columns }: MappingDraft): ColumnMapping | null {
  const { needs, may } = aims[aim];
  if (needs.some((target) => !columns[target])) return null;
  const chosen = [...needs, ...may].filter((target) => columns[target]);
  return Object.fromEntries(chosen.map((target) => [target, columns[target]]));
}

/** The draft that stands for a mapping. */
export function draftOfMapping(columns: ColumnMapping): MappingDraft {
  const aim = (["messages", "preference", "unpaired", "pair", "text"] as const).find((aim) =>
    aims[aim].needs.every((target) => columns[target]),
  );
  return { aim: aim ?? "pair", columns };
}

/** Why no shown row can be read with this mapping; null while one can, or while that cannot be told. */
export function mappingFault(samples: readonly unknown[], mapping: ColumnMapping): string | null {
  const reading = mappedReading(mapping);
  if ("lacks" in reading) return sentence(reading.lacks);
  const read = samples
    .filter(isExactObject)
    .map((row) => (mayBeCut(row) ? null : reading.convert(row, nothingFound(true))));
  const [first] = read;
  if (!first || first.ok || read.some((one) => one === null || one.ok)) return null;
  return `None of the first rows can be read with these columns: ${first.problems[0]?.message}`;
}

export function withoutEmpty(columns: Record<string, string | undefined>): ColumnMapping {
  return Object.fromEntries(Object.entries(columns).filter(([, name]) => name));
}
