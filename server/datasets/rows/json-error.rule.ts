/** Longer lines are not searched: nobody counts to column 100,000. */
const searchedCharacters = 100_000;

const space = /[ \t\n\r]*/y;
// each character can be taken in one way only: else a text that is never closed takes for ever
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings, so we look for them
const text = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/**
 * Offset of the first character at which `line` stops being JSON; `line.length` when it ends too early,
 * null when it is valid or too long to search. V8's own message leaves the place out.
 */
export function findJsonError(line: string): number | null {
  if (line.length > searchedCharacters) return null;
  const open: ("{" | "[")[] = [];
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found) at += found[0].length;
    return found !== null;
  };
  const takeCharacter = (character: string): boolean => {
    if (line[at] !== character) return false;
    at++;
    return true;
  };
  /** A key and its colon. */
  const takeKey = (): boolean => {
    take(space);
    if (!take(text)) return false;
    take(space);
    return takeCharacter(":");
  };

  for (;;) {
    take(space);
    if (takeCharacter("{")) {
      open.push("{");
      take(space);
      if (line[at] !== "}") {
        if (!takeKey()) return at;
        continue;
      }
    } else if (takeCharacter("[")) {
      open.push("[");
      take(space);
      if (line[at] !== "]") continue;
    } else if (!take(text) && !take(scalar)) return at;
    // a value has ended: close what closes, then go on behind a comma
    for (;;) {
      take(space);
      const inside = open.at(-1);
      if (!inside) return at < line.length ? at : null;
      if (takeCharacter(inside === "{" ? "}" : "]")) {
        open.pop();
        continue;
      }
      if (!takeCharacter(",")) return at;
      if (inside === "{" && !takeKey()) return at;
      break;
    }
  }
}
