/** The beginning of a text, `most` UTF-16 units at most, and never with half a surrogate pair at its end. */
export function cutText(text: string, most: number): string {
  return text.slice(0, splitsPair(text, most) ? most - 1 : most);
}

/** Would a cut before the unit at `at` take a character of two units apart? */
export function splitsPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, at - 1), at + 1));
}
