import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";
import { isRecord } from "#server/text/json.rule.ts";
import { deepestJson, endOfText } from "#server/text/json-depth.rule.ts";

/** A value of JSON text, or why there is none; `key` is the first key that stands twice in one object. */
export type ExactJson =
  | { fault: null; value: unknown }
  | { fault: "syntax" }
  | { fault: "too_deep" }
  | { fault: "repeated_key"; key: string };

/**
 * Parse JSON without changing or losing anything: a number that JavaScript would write otherwise (12345678901234567890,
 * 1.10, 1e400) becomes an exact number, and a key that stands twice is a fault, not "the last one wins".
 */
export function parseExactJson(text: string, levels: number = deepestJson): ExactJson {
  const { depth, members, changed } = survey(text, levels);
  if (depth > levels) return { fault: "too_deep" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "syntax" };
  }
  // the native parser is several times quicker than any that keeps numbers, and nearly always enough
  if (countMembers(value) !== members) return { fault: "repeated_key", key: repeatedKey(text) };
  return { fault: null, value: changed ? parse(text, undefined, { parseNumber: exactNumber }) : value };
}

/** JSON text with exact numbers as they were written; `indent` spaces a level make it readable. */
export function exactJson(value: unknown, indent = 0): string {
  return stringify(value, undefined, indent) ?? "null";
}

/** A number as it is written: a plain one when JavaScript would write the same, else one that keeps its text. */
export function exactNumber(text: string): number | LosslessNumber {
  return isKept(text) ? Number(text) : new LosslessNumber(text);
}

/** Is this a number that only its text is exact for? `String(value)` is that text. */
export function isExactNumber(value: unknown): value is LosslessNumber {
  return isLosslessNumber(value);
}

/** The one text of a number's value: 1, 1.0 and 10e-1 are equal, 12345678901234567890 and …7000 are not. */
export function numberKey(value: number | LosslessNumber): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = written.exec(String(value)) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

const written = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

function isKept(text: string): boolean {
  return String(Number(text)) === text;
}

/**
 * How deep a text of JSON nests, how many members its objects have, and whether JavaScript would change a number, in one
 * pass before anything is parsed; it stops below `levels`. Of a text that is not JSON it says something, never throws.
 */
function survey(text: string, levels: number): { depth: number; members: number; changed: boolean } {
  let open = 0;
  let depth = 0;
  let members = 0;
  let changed = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === quote) at = endOfText(text, at);
    else if (character === colon) members++;
    else if (character === openBrace || character === openBracket) {
      if (++open > depth) depth = open;
      if (depth > levels) break;
    } else if (character === closeBrace || character === closeBracket) open--;
    else if (character === minus || isDigit(character)) {
      const end = endOfNumber(text, at);
      changed ||= !isShortInteger(text, at, end) && !isKept(text.slice(at, end));
      at = end - 1;
    }
  }
  return { depth, members, changed };
}

function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (isDigit(character) || character === dot || character === minus || character === plus) continue;
    if (character !== smallE && character !== largeE) break;
  }
  return at;
}

/** Digits alone, and so few that every number keeps them: told without a copy. */
function isShortInteger(text: string, from: number, to: number): boolean {
  if (to - from > 15) return false;
  for (let at = from; at < to; at++) if (!isDigit(text.charCodeAt(at))) return false;
  return true;
}

const quote = 0x22;
const colon = 0x3a;
const plus = 0x2b;
const minus = 0x2d;
const dot = 0x2e;
const largeE = 0x45;
const smallE = 0x65;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const isDigit = (character: number) => character >= 0x30 && character <= 0x39;

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const one of value) members += countMembers(one);
    return members;
  }
  for (const key in value) {
    const inner: unknown = (value as Record<string, unknown>)[key]; // safe because it is an object
    members++;
    if (typeof inner === "object") members += countMembers(inner);
  }
  return members;
}

/** The first key that stands twice in its object, of a text that is JSON and has one. */
function repeatedKey(text: string): string {
  const open: Set<string>[] = [];
  let last = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") open.push(new Set());
    else if (character === "}") open.pop();
    else if (character === '"') {
      const end = endOfText(text, at);
      last = String(JSON.parse(text.slice(at, end + 1)));
      at = end;
    } else if (character === ":") {
      if (open.at(-1)?.has(last)) break;
      open.at(-1)?.add(last);
    }
  }
  return last;
}

/** An object of exactly parsed JSON: an exact number is none, though JavaScript holds it as one. */
export function isExactObject(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !isExactNumber(value);
}
