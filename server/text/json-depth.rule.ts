/**
 * JSON nested deeper is refused at every edge, a row of a file included: nothing that people send comes near it, and
 * whatever walks a value of 6,000 levels (a serialiser, a schema) runs out of stack.
 */
export const deepestJson = 64;

/**
 * Does this JSON text nest objects and lists deeper than `levels`? One pass without recursion, asked before JSON.parse;
 * of a text that is not JSON it says something, but never throws.
 */
export function isDeeperThan(text: string, levels: number = deepestJson): boolean {
  if (text.length <= levels) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === quote) at = endOfText(text, at);
    else if (character === openBrace || character === openBracket) {
      if (++depth > levels) return true;
    } else if (character === closeBrace || character === closeBracket) depth--;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const shortText = 12;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Where the string that opens at `from` closes; the end of the text when it never does. */
export function endOfText(text: string, from: number): number {
  // keys and names are short: for them the search costs more to start than to walk
  for (let at = from + 1; at < from + shortText; at++) {
    const character = text.charCodeAt(at);
    if (character === quote) return at;
    if (character === backslash) break;
  }
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
