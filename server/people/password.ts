import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { DomainError } from "#server/errors.ts";

const hash = promisify(argon2);

/** OWASP's second Argon2id profile: 19,456 KiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
const saltBytes = 16;
const mostAtOnce = 4;
const mostWaiting = 64;

/** argon2id in PHC form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Throws LIMITED when too many are waiting. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(saltBytes);
  const tag = await derive({ ...cost, nonce, message: bytesOf(password) });
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(nonce)}$${base64(tag)}`;
}

/**
 * Does the password match? `stored` is null for an unknown person: the same work is done, so that the time taken
 * tells nobody who has an account.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const known = stored === null ? null : parsePhc(stored);
  const { tag, ...parameters } = known ?? { ...cost, nonce: randomBytes(saltBytes), tag: Buffer.alloc(cost.tagLength) };
  const actual = await derive({ ...parameters, tagLength: tag.length, message: bytesOf(password) });
  return timingSafeEqual(actual, tag) && known !== null;
}

/** One password typed on two keyboards may differ in Unicode form only. */
function bytesOf(password: string) {
  return Buffer.from(password.normalize("NFKC"), "utf8");
}

function base64(bytes: Buffer) {
  return bytes.toString("base64").replaceAll("=", "");
}

function parsePhc(text: string) {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(text);
  if (!match) return null;
  const [, memory, passes, parallelism, salt = "", tag = ""] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

let running = 0;
const waiting: (() => void)[] = [];

/** Each hash takes 19 MiB and a thread: a flood of sign-ins must not take the memory of the console. */
async function derive(parameters: Argon2Parameters): Promise<Buffer> {
  if (running >= mostAtOnce) {
    if (waiting.length >= mostWaiting)
      throw new DomainError("LIMITED", "too many people are signing in at this moment: try again in a few seconds");
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await hash("argon2id", parameters);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
