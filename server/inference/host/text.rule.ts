/** Longest run of tokens that may still be one unfinished character; after it a U+FFFD is the model's own. */
const maxHeldTokens = 8;
const unfinished = "\uFFFD";

export type TextDecoder = {
  /** Text that became certain with this token; empty while a character is unfinished. */
  push: (token: number) => string;
  flush: () => string;
};

/**
 * Tokens to text without breaking characters: decodes a small window and hands out only its new suffix,
 * so that a leading space, which some tokenizers drop at the start, is kept.
 */
export function textDecoder(detokenize: (tokens: Uint32Array) => string): TextDecoder {
  let known: number[] = [];
  let fresh: number[] = [];
  let knownText = "";
  const decode = () => detokenize(Uint32Array.from([...known, ...fresh])).slice(knownText.length);
  const settle = (text: string) => {
    known = fresh;
    fresh = [];
    knownText = detokenize(Uint32Array.from(known));
    return text;
  };
  return {
    push: (token) => {
      fresh.push(token);
      const text = decode();
      const waits = text.endsWith(unfinished) && fresh.length < maxHeldTokens;
      return text === "" || waits ? "" : settle(text);
    },
    flush: () => (fresh.length === 0 ? "" : settle(decode())),
  };
}
