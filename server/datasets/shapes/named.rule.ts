import { failed, problem } from "#server/datasets/shapes/problem.rule.ts";

/** Layouts of other trainers that we know and cannot train on (yet): what they are, and what to do. */
const named = {
  tokenized: [
    "tokenized data (input_ids, labels) fits one model's vocabulary only",
    "Write the text itself, for example as messages; the trainer makes the tokens.",
  ],
  segments: [
    "segments with their own loss mask (axolotl's input_output) are not trained",
    "Write chats as messages and exclude assistant turns with weight 0, or write prompt and completion.",
  ],
  stepwise: [
    "stepwise supervision (completions with a label each) trains a reward model, which is not here",
    "Write the right steps as one completion, or leave the file out.",
  ],
  ranked_answers: [
    "ranked answers are not read",
    "Write the best answer as chosen and a worse one as rejected, one row per pair.",
  ],
  prompt_only: [
    "a prompt without an answer: there is nothing to learn from",
    "Add the answer as completion, or write plain text as text.",
  ],
  turn: [
    "the row is one turn, not a conversation",
    'Write all turns of a conversation as one row: {"messages": [{"role": …, "content": …}, …]}.',
  ],
} as const;

export type NamedShape = keyof typeof named;

export const namedShapes = Object.keys(named) as NamedShape[]; // safe because the object is this module's literal

/** Every row of such a layout is a problem that says what it is. */
export function asNamed(shape: NamedShape) {
  const [message, remedy] = named[shape];
  return () => failed([problem(null, `${shape}_row`, message, remedy)]);
}
