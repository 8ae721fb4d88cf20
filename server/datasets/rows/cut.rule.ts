import { cutText } from "#server/text/cut-text.rule.ts";

const maxShown = 20_000;

/** A canonical row for a page: text beyond 20,000 characters is cut, and `cut` says that something was. */
export function cutRow(value: unknown): { value: unknown; cut: boolean } {
  const state = { cut: false };
  const shorten = (part: unknown): unknown => {
    if (typeof part === "string") {
      if (part.length <= maxShown) return part;
      state.cut = true;
      return cutText(part, maxShown);
    }
    if (Array.isArray(part)) return part.map(shorten);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, shorten(inner)]));
  };
  return { value: shorten(value), cut: state.cut };
}
