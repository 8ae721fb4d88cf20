import { randomFillSync } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const idLength = 26;

/** Every id prefix and the noun it stands for; OpenAI's own prefixes use a dash. */
export const idPrefixes = {
  user: "user_",
  session: "sess_",
  invitation: "inv_",
  passwordReset: "reset_",
  project: "proj_",
  key: "key_",
  audit: "aud_",
  upload: "upl_",
  file: "file-",
  fileUpload: "upload_",
  filePart: "part_",
  dataset: "ds_",
  datasetVersion: "dsv_",
  run: "run_",
  fineTuningJob: "ftjob-",
  artifact: "art_",
  model: "mod_",
  modelVersion: "mv_",
  suite: "suite_",
  eval: "eval_",
  deployment: "dep_",
  revision: "rev_",
  replica: "rep_",
  host: "host_",
  request: "req_",
  feedback: "fb_",
  price: "price_",
  installation: "inst_",
} as const;

export type IdKind = keyof typeof idPrefixes;

/**
 * Mint an id: `<prefix>` + 26 lower-case Crockford base32 characters of a UUIDv7 (RFC 9562). Ids that one process mints
 * sort in the order of minting, within one millisecond and when the clock steps back too (§6.2, fixed-length counter).
 */
export const newId = idMint(() => Date.now());

/** Like `newId` on another clock, with an order of its own: the gateway dates its calls on the database's. */
export function idMint(nowMs: () => number): (kind: IdKind) => string {
  const clock = { lastMs: 0, counter: 0 };
  return (kind) => {
    const bytes = nextRandom();
    tick(clock, Math.floor(nowMs()), bytes);
    bytes.writeUIntBE(clock.lastMs, 0, 6);
    bytes.writeUInt16BE(0x7000 | clock.counter, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return idPrefixes[kind] + base32(bytes);
  };
}

/** When an id was minted, by its own 48 bits of milliseconds (RFC 9562 §5.7). */
export function idTime(id: string): Date {
  let ms = 0;
  for (const digit of idBody(id).slice(0, 10)) ms = ms * 32 + alphabet.indexOf(digit);
  return new Date(ms);
}

/** The 26-character body that an id shares with its twin of another prefix (`run_X` and `ftjob-X`). */
export function idBody(id: string): string {
  return id.slice(-idLength);
}

/** The same body under another prefix: a run shown to OpenAI clients is `ftjob-…`. */
export function asKind(id: string, kind: IdKind): string {
  return idPrefixes[kind] + idBody(id);
}

/** Six characters that people copy and type. */
export function shortId(id: string): string {
  return id.slice(-6);
}

type Clock = { lastMs: number; counter: number };

/** A new millisecond starts the 12-bit counter at a random value of its lower half; a full one borrows the next. */
function tick(clock: Clock, nowMs: number, random: Buffer): void {
  if (nowMs > clock.lastMs) {
    clock.lastMs = nowMs;
    clock.counter = random.readUInt16BE(6) & 0x7ff;
  } else if (clock.counter < 0xfff) clock.counter++;
  else {
    clock.lastMs++;
    clock.counter = 0;
  }
}

const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/** 16 fresh random bytes out of a pool: asking the system for each id takes longer than making the id. */
function nextRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/** 128 bits as 26 digits, the first of 3 bits. */
function base32(bytes: Buffer): string {
  let text = "";
  let bits = 2; // two zero bits in front make 130
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return text;
}
