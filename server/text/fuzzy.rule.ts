import { caselessPattern } from "#server/text/caseless.rule.ts";

const wordStart = "(?:^|[^[:alnum:]])";
const shortestTyped = 4;
const longestTyped = 24;

/**
 * Regular expressions (Postgres' ARE) for a name that is the text, and for one with a word that begins with it, but for one
 * slip after the first letter: a letter left out, typed twice or wrong, or two swapped (Damerau–Levenshtein distance 1):
 * `hotl` finds `hotel`. Null where a slip would fit nearly anything. Plain SQL: no extension that an external Postgres may lack.
 */
export function slipPatterns(text: string): { whole: string; word: string } | null {
  const letters = [...text];
  if (letters.length < shortestTyped || letters.length > longestTyped) return null;
  const part = (from: number, to: number) => caselessPattern(letters.slice(from, to).join(""));
  const end = letters.length;
  const spellings = letters.flatMap((_, i) => [
    ...(i > 0 ? [`${part(0, i)}.${part(i, end)}`, `${part(0, i)}.${part(i + 1, end)}`] : []),
    ...(end > shortestTyped ? [`${part(0, i)}${part(i + 1, end)}`] : []),
    ...(i + 1 < end ? [`${part(0, i)}${part(i + 1, i + 2)}${part(i, i + 1)}${part(i + 2, end)}`] : []),
  ]);
  const any = `(?:${[...new Set(spellings)].join("|")})`;
  return { whole: `^${any}$`, word: `${wordStart}${any}` };
}

/** How well a name fits a text, best first: it is the text, begins with it, has a word that begins with it, contains it. */
export function fitPatterns(text: string): readonly [exact: string, prefix: string, word: string, anywhere: string] {
  const pattern = caselessPattern(text);
  return [`^${pattern}$`, `^${pattern}`, `${wordStart}${pattern}`, pattern];
}

/**
 * The word of the name that the text, with its slip, was meant to begin: `hotl` in `hotel 7` is `hotel`. The text itself
 * where the name contains it or no word comes near: what a list, which forgives no slip, is to be asked for.
 */
export function meantWord(name: string, text: string): string {
  const [, , , anywhere] = fitPatterns(text);
  const slip = slipPatterns(text);
  if (!slip || new RegExp(anywhere, "u").test(name)) return text;
  const near = new RegExp(slip.word.replace(wordStart, "(?<![\\p{L}\\p{N}])"), "u").exec(name);
  return near ? near[0] : text;
}
