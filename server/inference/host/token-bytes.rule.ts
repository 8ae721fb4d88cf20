/** What the vocabulary of a GGUF says of one token. */
type Token = { text: string; type: number };

const control = 3;
const userDefined = 4;
const byte = 6;

/**
 * The bytes a token adds to a text (a control token adds none), by the kind of tokenizer (`tokenizer.ggml.model`); null for a kind whose spelling is not
 * known here. A byte-level BPE (`gpt2`) spells every byte with one printable character; SentencePiece (`llama`) writes
 * a space as U+2581 and has a token of its own for each byte.
 */
export function tokenBytes(kind: string, { text, type }: Token): Uint8Array | null {
  if (type === control) return new Uint8Array(0);
  if (type === userDefined) return encoder.encode(text);
  if (kind === "gpt2") {
    const bytes = [...text].map((character) => byteOf.get(character));
    return bytes.every((value) => value !== undefined) ? Uint8Array.from(bytes) : null;
  }
  if (kind !== "llama") return null;
  const [, hex] = type === byte ? (/^<0x([0-9A-Fa-f]{2})>$/.exec(text) ?? []) : [];
  return hex ? Uint8Array.of(Number.parseInt(hex, 16)) : encoder.encode(text.replaceAll("\u2581", " "));
}

/** A token's text; bytes that are no whole characters are written `\\xe2\\x82`, as OpenAI writes them. */
export function printed(bytes: Uint8Array): { text: string; whole: boolean } {
  try {
    return { text: strict.decode(bytes), whole: true };
  } catch {
    const hex = [...bytes].map((value) => `\\x${value.toString(16).padStart(2, "0")}`);
    return { text: hex.join(""), whole: false };
  }
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** GPT-2's alphabet: printable Latin-1 stands for itself, every other byte for a character from U+0100 on. */
const byteOf = new Map<string, number>();
let next = 256;
for (let value = 0; value < 256; value++) {
  const itself = (value >= 33 && value <= 126) || (value >= 161 && value <= 172) || value >= 174;
  byteOf.set(String.fromCodePoint(itself ? value : next++), value);
}
