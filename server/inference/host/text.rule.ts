/** Longest run of tokens that may still be one unfinished character; after it a U+FFFD is the model's own. */
const maxHeldTokens = 8;
const unfinished = /\uFFFD+$/;

export type TextDecoder = {
  /** Text that became certain with this token; empty while a character is unfinished. */
  push: (token: number) => string;
  flush: () => string;
};

/**
 * Tokens to text without breaking characters: decodes a small window and hands out only its new suffix,
 * so that a leading space, which some tokenizers drop at the start, is kept. Tokens that each end inside a character
 * stay in the window together, and what is whole of them is handed out.
 */
export function textDecoder(detokenize: (tokens: Uint32Array) => string): TextDecoder {
  let known: number[] = [];
  let fresh: number[] = [];
  let knownText = "";
  /** of the fresh tokens' text */
  let handedOut = 0;
  let held = 0;
  const decode = () => detokenize(Uint32Array.from([...known, ...fresh])).slice(knownText.length);
  const settle = (text: string) => {
    const rest = text.slice(handedOut);
    known = fresh;
    fresh = [];
    knownText = detokenize(Uint32Array.from(known));
    handedOut = 0;
    held = 0;
    return rest;
  };
  return {
    push: (token) => {
      fresh.push(token);
      const text = decode();
      if (text === "") return "";
      const certain = text.replace(unfinished, "");
      if (certain.length === text.length) return settle(text);
      const next = certain.slice(handedOut);
      held = next === "" ? held + 1 : 1;
      if (held >= maxHeldTokens) return settle(text);
      handedOut = Math.max(handedOut, certain.length);
      return next;
    },
    flush: () => (fresh.length === 0 ? "" : settle(decode())),
  };
}
