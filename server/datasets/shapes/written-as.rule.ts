/**
 * Is `text`, from which `value` was parsed, what JSON.stringify writes for `example`? Then the line can stay as it is.
 * `value` must be exact (`parseExactJson`): its plain numbers stand in the text as JavaScript writes them.
 */
export function isWrittenAs(text: string, value: unknown, example: object): boolean {
  // of all escapes only these can be written in two ways
  if (text.includes("\\u") || text.includes("\\/")) return false;
  // as long as it has to be, it has no room for white space
  return lengthOfBoth(value, example) + escapesIn(text) === text.length;
}

/** How long JSON of two equal values with members in one order is, not counting escapes; NaN when they differ. */
function lengthOfBoth(a: unknown, b: unknown): number {
  if (typeof a === "string") return a === b ? a.length + 2 : Number.NaN;
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null)
    return a === b ? String(a).length : Number.NaN;
  return Array.isArray(a) ? lengthOfLists(a, b) : lengthOfObjects(a, b);
}

function lengthOfLists(a: readonly unknown[], b: object): number {
  if (!Array.isArray(b) || a.length !== b.length) return Number.NaN;
  let length = 2 + Math.max(0, a.length - 1);
  for (let i = 0; i < a.length; i++) length += lengthOfBoth(a[i], b[i]);
  return length;
}

function lengthOfObjects(a: object, b: object): number {
  const names = Object.keys(a);
  const [of, as] = [a as Record<string, unknown>, b as Record<string, unknown>]; // safe because they are objects
  let at = 0;
  let length = 2 + Math.max(0, names.length - 1);
  for (const name in as) {
    if (names[at++] !== name) return Number.NaN;
    length += name.length + 3 + lengthOfBoth(of[name], as[name]);
  }
  return at === names.length ? length : Number.NaN;
}

/** Every escape but `\\u` adds one character to what it stands for. */
function escapesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\\"); at !== -1; at = text.indexOf("\\", at + 2)) count++;
  return count;
}
