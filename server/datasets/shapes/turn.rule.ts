import type { Role, Turn } from "#server/datasets/shapes/canonical.rule.ts";
import {
  describe,
  type Found,
  isFilled,
  isSound,
  note,
  problem,
  unsoundText,
  wrongType,
} from "#server/datasets/shapes/problem.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { isExactNumber, isExactObject } from "#server/text/exact-json.rule.ts";

/** Role names of OpenAI, ShareGPT, LLaMA-Factory, axolotl, ms-swift and torchtune. */
const roleOf = new Map<unknown, Role | "tool">([
  ["system", "system"],
  ["developer", "system"],
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["model", "assistant"],
  ["bot", "assistant"],
  ...(
    ["tool", "function", "function_call", "observation", "tool_call", "tool_response", "tool_calls", "ipython"] as const
  ).map((name) => [name, "tool"] as const),
]);

/** Ways to say whether a turn carries loss: OpenAI's, axolotl's, ms-swift's and torchtune's (which says the opposite). */
const lossKeys = ["weight", "train", "loss", "masked"] as const;
const toolKeys = ["tool_calls", "function_call", "tool_call_id"] as const;
const reasoningKeys = ["reasoning_content", "reasoning", "thinking"] as const;
const readKeys = new Set<string>([
  ...["role", "from", "content", "value", "refusal", "audio", "train_detail"],
  ...lossKeys,
  ...toolKeys,
  ...reasoningKeys,
]);

/** Where a turn stands: `index` is its place in the list `field`, null when it stands alone. */
export type TurnPlace = { field: string; index: number | null };

/** Does this look like a turn of a chat, written `{role, content}` or `{from, value}`? */
export function isTurn(value: unknown): value is Record<string, unknown> {
  if (!isExactObject(value)) return false;
  return (typeof value.role === "string" || typeof value.from === "string") && ("content" in value || "value" in value);
}

export function isListOfTurns(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isTurn);
}

/** One turn, or null with its problem added. */
export function readTurn(value: unknown, place: TurnPlace, found: Found): Turn | null {
  if (!isExactObject(value)) {
    found.problems.push(wrongType(pathOf(place), "an object with a role and its content", value));
    return null;
  }
  const roleKey = value.role === undefined && value.from !== undefined ? "from" : "role";
  const contentKey = value.content === undefined && value.value !== undefined ? "value" : "content";
  const role = roleOf.get(value[roleKey]);
  const isPlain = hasOnly(value, roleKey, contentKey);
  if (role === "tool" || (!isPlain && toolKeys.some((key) => isFilled(value[key])))) {
    const remedy = "Set these rows aside, or write the calls into the assistant's text.";
    const message = "a tool call or a tool result: tool turns are not trained yet";
    found.problems.push(problem(pathOf(place), "tool_turn", message, remedy));
    return null;
  }
  if (!role) {
    found.problems.push(unknownRole(pathOf(place, roleKey), value[roleKey]));
    return null;
  }
  if (isPlain) {
    const content = readContent(value[contentKey], place, contentKey, role, found);
    return content === null ? null : { role, content };
  }
  const before = found.problems.length;
  const weight = readWeight(value, role, place, found);
  checkKeys(value, (key) => pathOf(place, key), found);
  if (isFilled(value.refusal)) return null;
  const content = readContent(value[contentKey], place, contentKey, role, found);
  if (content === null || found.problems.length > before) return null;
  return weight === 0 ? { role, content, weight } : { role, content };
}

/** Only asked for when there is something to say: turns are read by the million. */
export function pathOf({ field, index }: TurnPlace, key?: string): string {
  return `${field}${index === null ? "" : `[${index}]`}${key ? `.${key}` : ""}`;
}

/** A turn without any other key: nearly every one, and then there is nothing more to ask. */
function hasOnly(turn: Record<string, unknown>, roleKey: string, contentKey: string): boolean {
  for (const key in turn) if (key !== roleKey && key !== contentKey) return false;
  return true;
}

/** 0 for an assistant turn that is context only, else 1. */
function readWeight(turn: Record<string, unknown>, role: Role, place: TurnPlace, found: Found): 0 | 1 {
  let weight: 0 | 1 = 1;
  for (const key of lossKeys) {
    const value = turn[key];
    if (value === undefined || value === null) continue;
    const learnt = key === "masked" ? oppositeOf(value) : value;
    const number = isExactNumber(learnt) ? Number(learnt.value) : learnt;
    const isOff = number === 0 || number === false;
    const isOn = number === 1 || number === true;
    if (!isOff && !isOn) {
      const message = `"${pathOf(place, key)}" is ${describe(value)}; a turn either carries loss (1) or does not (0)`;
      found.problems.push(problem(pathOf(place, key), "bad_weight", message, "Write 0 or 1, or leave it out."));
    } else if (role === "assistant") {
      if (isOff) weight = 0;
    } else if (isOn && key !== "masked") note(found, "user_not_learnt", key);
  }
  return weight;
}

function oppositeOf(value: unknown): unknown {
  return typeof value === "boolean" ? !value : value;
}

/** What a turn holds beside its role, content and weight: refused where the answer would lose its meaning, else noted. */
function checkKeys(turn: Record<string, unknown>, path: (key?: string) => string, found: Found): void {
  for (const key of reasoningKeys) {
    if (!isFilled(turn[key])) continue;
    const message = `"${path(key)}" holds the answer's reasoning, which is not trained yet`;
    const remedy =
      "Write the reasoning into the content if it shall be learnt (<think>…</think>), else remove the key.";
    found.problems.push(problem(path(key), "reasoning", message, remedy));
  }
  if (isFilled(turn.refusal)) {
    const message = "the turn is a refusal, not an answer";
    found.problems.push(
      problem(path("refusal"), "refusal_turn", message, "Write the text of the refusal into content."),
    );
  }
  if (isFilled(turn.audio)) found.problems.push(notText(path("audio")));
  if (isFilled(turn.train_detail)) {
    const message = `"${path("train_detail")}" excludes parts of a turn; only whole turns can be excluded`;
    found.problems.push(
      problem(path("train_detail"), "train_detail", message, "Use weight 0 or 1 for the whole turn."),
    );
  }
  for (const key in turn) if (!readKeys.has(key) && isFilled(turn[key])) note(found, "ignored_key", key);
}

function readContent(value: unknown, place: TurnPlace, key: string, role: Role, found: Found): string | null {
  const { problems } = found;
  const text = Array.isArray(value) ? joinTextParts(value) : value;
  if (typeof text === "string" && text.trim() !== "" && isSound(text, found)) return text;
  const field = pathOf(place, key);
  if (text === null && Array.isArray(value)) problems.push(notText(field));
  else if (typeof text !== "string") problems.push(wrongType(field, "text", value));
  else if (text.trim() === "") {
    const message = `the ${role} turn is empty`;
    problems.push(problem(field, "empty_turn", message, "Write the turn's text, or leave the row out."));
  } else problems.push(unsoundText(field, text));
  return null;
}

/** OpenAI's list form of content, and torchtune's; null when a part is not text. */
function joinTextParts(parts: unknown[]): string | null {
  let text = "";
  for (const part of parts) {
    if (!isExactObject(part) || part.type !== "text") return null;
    const piece = part.text ?? part.content;
    if (typeof piece !== "string") return null;
    text += piece;
  }
  return text;
}

function notText(field: string) {
  const message = `"${field}" holds parts that are not text`;
  return problem(field, "not_text", message, "Keep only parts of type text; images, audio and files are not trained.");
}

function unknownRole(field: string, name: unknown) {
  const shown = typeof name === "string" ? `"${cutText(name, 40)}"` : name === undefined ? "missing" : "not text";
  const message = `the role is ${shown}; known are system, user and assistant (ShareGPT: system, human, gpt)`;
  return problem(field, "unknown_role", message, "Rename the role, or leave the row out.");
}
