import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";
import { deepestJson, isDeeperThan } from "#server/json-depth.rule.ts";

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
  if (isDeeperThan(text, levels)) return { fault: "too_deep" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "syntax" };
  }
  // the native parser is several times quicker than any that keeps numbers, and nearly always enough
  const { members, changed } = survey(text);
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
const short = /^-?(?:[1-9]\d{0,14})$|^0$/;

function isKept(text: string): boolean {
  return short.test(text) || String(Number(text)) === text;
}

/** How many members its objects have, and whether JavaScript would change a number, of a text that is JSON. */
function survey(text: string): { members: number; changed: boolean } {
  let members = 0;
  let changed = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === quote) at = endOfString(text, at);
    else if (character === colon) members++;
    else if (character === minus || isDigit(character)) {
      const end = endOfNumber(text, at);
      changed ||= !isKept(text.slice(at, end));
      at = end - 1;
    }
  }
  return { members, changed };
}

function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  while (isDigit(text.charCodeAt(at)) || ".eE+-".includes(text.charAt(at) || " ")) at++;
  return at;
}

const quote = 0x22;
const colon = 0x3a;
const minus = 0x2d;
const isDigit = (character: number) => character >= 0x30 && character <= 0x39;

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) members += countMembers(one);
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
      const end = endOfString(text, at);
      last = String(JSON.parse(text.slice(at, end + 1)));
      at = end;
    } else if (character === ":") {
      if (open.at(-1)?.has(last)) break;
      open.at(-1)?.add(last);
    }
  }
  return last;
}

/** Where the string that opens at `from` closes. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
