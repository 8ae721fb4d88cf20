/**
 * Text from people never becomes a control token: it is disguised while a template runs, and put back afterwards.
 * The trainer does the same in `guard.py`; one file of vectors holds both to the same tokens
 * (`trainer/tests/fixtures/contract/control-text.json`).
 */
export type Guard = {
  /** The same value with every text in it disguised, keys of objects included. */
  hide: <T>(value: T) => T;
  /** What a template wrote, with the disguised characters as they were. */
  show: (text: string) => string;
  /** Does it hold a disguised character? */
  hides: (text: string) => boolean;
};

/** A private-use character that no template writes, before one of plane 16 that stands for the disguised character. */
const mark = "\uE0F0";
const plane16 = 0x10_0000;
const disguised = new RegExp(`${mark}([\\u{100000}-\\u{10FFFD}]?)`, "gu");
/** Words that templates compare, never what a person wrote: only a whole control token in them is disguised. */
const structural = ["role", "type"];

/** `controlTexts`: the texts of the control tokens, which no text of a person may make. */
export function guardOf(controlTexts: Iterable<string>): Guard {
  const controls = [...new Set([...controlTexts].map((text) => text.toLowerCase()))].filter((text) => text !== "");
  const begins = beginningsPattern(controls);
  const beginnings = new Set(
    controls.flatMap((text) => [...lengthsUpTo(text.length - 1)].map((n) => text.slice(0, n))),
  );
  const endings = new Set(controls.flatMap((text) => [...lengthsUpTo(text.length - 1)].map((n) => text.slice(-n))));
  const longest = Math.max(0, ...controls.map((text) => text.length));

  const inside = (text: string) => {
    const unmarked = text.replaceAll(mark, disguise(mark));
    return begins ? unmarked.replace(begins, disguise) : unmarked;
  };
  /** Disguise the ends where a template's own text beside them could complete a control token. */
  const edges = (text: string) => {
    const core = text.trim();
    if (core === "" || longest === 0) return text;
    const plain = core.toLowerCase();
    const lengths = [...lengthsUpTo(Math.min(longest, plain.length))];
    const inner = plain.length < longest && controls.some((control) => control.includes(plain));
    const at = text.indexOf(core);
    const opens = inner || lengths.some((n) => endings.has(plain.slice(0, n))) ? firstOf(core) : "";
    const middle = core.slice(opens.length);
    const closes = lengths.some((n) => beginnings.has(plain.slice(-n))) ? lastOf(middle) : "";
    const kept = middle.slice(0, middle.length - closes.length);
    const ends = [opens, closes].map((end) => (end === "" ? "" : disguise(end)));
    return text.slice(0, at) + ends[0] + kept + ends[1] + text.slice(at + core.length);
  };
  const hide = (value: unknown): unknown => {
    if (typeof value === "string") return edges(inside(value));
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        inside(key),
        structural.includes(key) && typeof item === "string" ? inside(item) : hide(item),
      ]),
    );
  };
  return {
    hide: <T>(value: T) => hide(value) as T, // safe because it changes the letters of texts and nothing of the shape
    show: (text) => text.replace(disguised, (_, hidden: string) => original(hidden)),
    hides: (text) => text.includes(mark),
  };
}

/** Finds the first character of every control token, also of two that overlap; null when there is none. */
function beginningsPattern(controls: readonly string[]) {
  if (controls.length === 0) return null;
  const rests = Map.groupBy(controls, firstOf);
  const found = [...rests].map(([first, texts]) => {
    const rest = texts.map((text) => escapePattern(text.slice(first.length))).join("|");
    return `${escapePattern(first)}(?=${rest})`;
  });
  return new RegExp(found.join("|"), "giu");
}

function firstOf(text: string) {
  return String.fromCodePoint(...(text === "" ? [] : [text.codePointAt(0) ?? 0]));
}

function lastOf(text: string) {
  return /.$/su.exec(text.slice(-2))?.[0] ?? "";
}

/** One character, so that no control token is found at it. Beyond the basic plane a mark behind it is enough. */
function disguise(character: string) {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xfffd ? mark + String.fromCodePoint(plane16 + code) : character + mark;
}

function original(hidden: string) {
  const code = hidden.codePointAt(0);
  return code === undefined ? "" : String.fromCodePoint(code - plane16);
}

function* lengthsUpTo(most: number) {
  for (let n = 1; n <= most; n++) yield n;
}

export function escapePattern(text: string) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
