/** Text as Postgres can keep it: neither NUL nor half a surrogate pair fits into its text or JSON. */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

/** A copy of a JSON value with all its texts storable; keys stay as they are. For what a model or a process wrote. */
export function storableJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, inner) => (typeof inner === "string" ? storable(inner) : inner));
}
