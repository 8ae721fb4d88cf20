const hasMeaning = /[.*+?^$()[\]{}|\\]/;

/**
 * A regular expression (Postgres' ARE, also JavaScript's) that finds the text in any case. Postgres' own `ilike` folds
 * only ASCII in a database of the locale C, which ours has and an external one may have.
 */
export function caselessPattern(text: string): string {
  return [...text]
    .map((character) => {
      const spellings = [...new Set([character, character.toLowerCase(), character.toUpperCase()])];
      if (spellings.length > 1) return `(?:${spellings.join("|")})`;
      return hasMeaning.test(character) ? `\\${character}` : character;
    })
    .join("");
}
