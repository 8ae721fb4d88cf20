import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const prefix = "lf_";
/** 33 base62 characters carry 196 bits. */
const secretCharacters = 33;
const checksumCharacters = 6;
const shape = new RegExp(`^${prefix}[0-9A-Za-z]{${secretCharacters + checksumCharacters}}$`);

/** `lf_` + 33 random base62 characters + 6 of checksum. `pick(62)` must be uniform over 0..61 and unpredictable. */
export function formKey(pick: (below: number) => number): string {
  let body = prefix;
  for (let i = 0; i < secretCharacters; i++) body += alphabet.charAt(pick(alphabet.length));
  return body + checksum(body);
}

/** Could this text be one of our keys? A typo or a made-up key is refused here, before anything is looked up. */
export function isWellFormedKey(text: string): boolean {
  if (!shape.test(text)) return false;
  return checksum(text.slice(0, -checksumCharacters)) === text.slice(-checksumCharacters);
}

/** CRC32 in base62, as GitHub does it: scanners can tell a leaked key from a random word. */
function checksum(text: string) {
  let value = crc32(text);
  let digits = "";
  for (let i = 0; i < checksumCharacters; i++) {
    digits = alphabet.charAt(value % alphabet.length) + digits;
    value = Math.floor(value / alphabet.length);
  }
  return digits;
}
