/**
 * Token overlap F1 as in SQuAD's evaluate-v2.0.py (Rajpurkar et al. 2018, `compute_f1`): lower case, then no ASCII
 * punctuation, no English articles, white space folded. Composed to NFC first, as all graders are.
 */
export function tokenF1(reference: string, output: string): number {
  const wanted = words(reference);
  const got = words(output);
  if (wanted.length === 0 || got.length === 0) return wanted.length === got.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of got) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  return common === 0 ? 0 : (2 * common) / (wanted.length + got.length);
}

/** Python's string.punctuation. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** Words of their own: JavaScript's `\b` knows ASCII letters only and would find an article in `día`. */
const articles = /(?<![\p{L}\p{M}\p{N}_])(?:a|an|the)(?![\p{L}\p{M}\p{N}_])/gu;
/** What Python's str.split() splits at; `\s` lacks the separators U+001C…1F and U+0085 and has U+FEFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators are meant
const spaces = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

function words(text: string) {
  const plain = text.normalize("NFC").toLowerCase().replaceAll(punctuation, "").replaceAll(articles, " ");
  return plain.split(spaces).filter((word) => word !== "");
}
