import { z } from "zod";
import type { Answer } from "#components/playground/answer.ts";

/** More than any context. */
const mostTokensAsked = 1_000_000;

/** One pane's settings as they are typed; empty means "leave it to the model". */
export const Pane = z.object({
  model: z.string(),
  system: z.string(),
  temperature: z.string(),
  maxTokens: z.string(),
  seed: z.string(),
});
export type Pane = z.infer<typeof Pane>;

export const Draft = z.object({ prompt: z.string(), left: Pane, right: Pane });
export type Draft = z.infer<typeof Draft>;
export const sides = ["left", "right"] as const;
export type Side = (typeof sides)[number];

const fresh: Pane = { model: "", system: "", temperature: "0", maxTokens: "256", seed: "" };
export const emptyDraft: Draft = { prompt: "", left: fresh, right: fresh };

export type Turn = { id: string; prompt: string; left: Answer | null; right: Answer | null };

const rules = {
  temperature: { read: z.coerce.number().min(0).max(2), words: "a number from 0 to 2" },
  maxTokens: {
    read: z.coerce.number().int().min(1).max(mostTokensAsked),
    words: `a whole number from 1 to ${mostTokensAsked.toLocaleString("en")}`,
  },
  seed: { read: z.coerce.number().int().min(0).max(2_147_483_647), words: "a whole number from 0 to 2,147,483,647" },
} as const;
export type NumberField = keyof typeof rules;

/** What is wrong with a typed number, or undefined. */
export function mistakeOf(pane: Pane, field: NumberField): string | undefined {
  const text = pane[field].trim();
  if (text === "" || rules[field].read.safeParse(text).success) return undefined;
  return `Type ${rules[field].words}, or nothing`;
}

export function hasMistake(pane: Pane) {
  return (["temperature", "maxTokens", "seed"] as const).some((field) => mistakeOf(pane, field));
}

/** A turn that can be sent: at least one side has a model, its settings are numbers, and there is something to ask. */
export const Ask = Draft.superRefine((draft, { addIssue }) => {
  const ready = sides.filter((side) => draft[side].model !== "");
  const refuse = (path: string[], message: string) => addIssue({ code: "custom", path, message });
  if (ready.length === 0) refuse(["left", "model"], "Choose a model first");
  for (const side of ready) if (hasMistake(draft[side])) refuse([side], "A setting is not a number: open the settings");
  if (draft.prompt.trim() === "") refuse(["prompt"], "Type a prompt first");
});

function numberOf(text: string) {
  return text.trim() === "" ? undefined : Number(text);
}

/** The call a pane makes for `prompt` after what was said before; an answer that failed is not said again. */
export function callOf(pane: Pane, side: Side, before: readonly Turn[], prompt: string) {
  const system = pane.system.trim() === "" ? [] : [{ role: "system" as const, content: pane.system }];
  const said = before.flatMap((turn) => {
    const answer = turn[side];
    if (!answer || answer.text === "" || answer.state === "failed") return [];
    return [
      { role: "user" as const, content: turn.prompt },
      { role: "assistant" as const, content: answer.text },
    ];
  });
  const options = {
    temperature: numberOf(pane.temperature),
    max_tokens: numberOf(pane.maxTokens),
    seed: numberOf(pane.seed),
  };
  return { model: pane.model, messages: [...system, ...said, { role: "user" as const, content: prompt }], options };
}
