import type { DatasetShape, Split } from "#db/enums.ts";

/** Roles we train on; a source's `developer` is a system turn. */
export type Role = "system" | "user" | "assistant";
/** `weight: 0`: an assistant turn that is context only and carries no loss. Without it a turn of the assistant is learnt. */
export type Turn = { role: Role; content: string; weight?: 0 };

export type MessagesExample = { messages: Turn[] };
export type PairExample = { prompt: string; completion: string };
/** The shared turns, then one answer each: TRL's conversational preference with an explicit prompt. */
export type PreferenceExample = { prompt: Turn[]; chosen: Turn[]; rejected: Turn[] };
/** One answer and whether it is a good one: TRL's unpaired preference, for KTO. */
export type UnpairedExample = { prompt: Turn[]; completion: Turn[]; label: boolean };
export type TextExample = { text: string };
export type Example = MessagesExample | PairExample | PreferenceExample | UnpairedExample | TextExample;

/** A tenth goes to validation unless a person chose otherwise; 10,000 makes an eval set of all rows. */
export const defaultValidationShareBp = 1_000;

/**
 * The split of an example by the first four bytes of the sha256 of its canonical line:
 * the same example always lands on the same side, in any order and in any file of the same share.
 */
export function splitOf(hashHead: number, validationShareBp: number): Split {
  return hashHead * 10_000 < validationShareBp * 2 ** 32 ? "validation" : "train";
}

/** What is measured of examples, whatever their shape. */
export type LengthField =
  | "conversation"
  | "answers"
  | "turns"
  | "prompt"
  | "completion"
  | "chosen"
  | "rejected"
  | "text";

/** Report the lengths worth knowing of an example, in characters (UTF-16 code units), `turns` in turns. */
export function measure(example: Example, add: (name: LengthField, length: number) => void): void {
  if ("text" in example) add("text", example.text.length);
  else if ("label" in example) {
    add("prompt", characters(example.prompt));
    add("completion", characters(example.completion));
  } else if ("completion" in example) {
    add("prompt", example.prompt.length);
    add("completion", example.completion.length);
  } else if ("chosen" in example) {
    add("prompt", characters(example.prompt));
    add("chosen", characters(example.chosen));
    add("rejected", characters(example.rejected));
  } else {
    let answers = 0;
    for (const turn of example.messages) if (isLearnt(turn)) answers += turn.content.length;
    add("conversation", characters(example.messages));
    add("answers", answers);
    add("turns", example.messages.length);
  }
}

/** Does this turn carry loss? */
export function isLearnt(turn: { role: string; weight?: number }): boolean {
  return turn.role === "assistant" && turn.weight !== 0;
}

function characters(turns: Turn[]): number {
  let sum = 0;
  for (const turn of turns) sum += turn.content.length;
  return sum;
}

export const shapeLabels: Record<DatasetShape, string> = {
  messages: "messages",
  prompt_completion: "prompt–completion",
  preference: "preference",
  unpaired_preference: "unpaired preference",
  text: "text",
};
