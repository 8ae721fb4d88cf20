import { cutText } from "#server/text/cut-text.rule.ts";

/** Text as Postgres can keep it: neither NUL nor half a surrogate pair fits into its text or JSON. */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/** A copy of a JSON value with all its texts storable; keys stay as they are. For what a model or a process wrote. */
export function storableJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, inner) => (typeof inner === "string" ? storable(inner) : inner));
}

/** A JSON text can hold such characters only as escapes: a quick look that spares most values the walk. */
export function mayHoldUnstorable(json: string): boolean {
  return /\\u(?:0000|[dD][89a-fA-F])/.test(json);
}

/**
 * Where a value's first key or text stands that Postgres cannot keep; null when there is none. A thing that stands in
 * many places, or in itself, is looked at once.
 */
export function unstorablePath(value: unknown, seen: WeakSet<object> = new WeakSet()): string[] | null {
  if (typeof value === "string") return isStorable(value) ? null : [];
  if (typeof value !== "object" || value === null || seen.has(value)) return null;
  seen.add(value);
  if (value instanceof Map || value instanceof Set) return unstorablePath([...value], seen);
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return [cutText(storable(key), 80)];
    const path = unstorablePath(inner, seen);
    if (path) return [key, ...path];
  }
  return null;
}
