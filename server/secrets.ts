import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { env } from "#server/env.ts";

export const secretLabels = ["keys", "session", "internal", "host", "vault", "links"] as const;
export type SecretLabel = (typeof secretLabels)[number];

/** Every secret is HKDF-SHA256(FORGE_SECRET, label), 32 bytes: one leaked use does not open another. */
export function deriveSecret(forgeSecret: string, label: SecretLabel): Buffer {
  return Buffer.from(hkdfSync("sha256", forgeSecret, "largeforge", label, 32));
}

const derived = new Map<string, Buffer>();

/** This installation's secret for one use; derived once, because a gateway asks for it at every call. */
export function secretFor(label: SecretLabel): Buffer {
  const secret = env().FORGE_SECRET;
  const known = derived.get(label + secret);
  if (known) return known;
  const made = deriveSecret(secret, label);
  derived.set(label + secret, made);
  return made;
}

const keyObjects = new WeakMap<Buffer, KeyObject>();

/** HMAC-SHA256 in hex; what is stored instead of a key or a link token. */
export function hmacHex(secret: Buffer, text: string): string {
  let key = keyObjects.get(secret); // making one takes seven times as long as the HMAC
  if (!key) {
    key = createSecretKey(secret);
    keyObjects.set(secret, key);
  }
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Compare two hex digests in constant time. */
export function sameDigest(a: string, b: string): boolean {
  const left = Buffer.from(a, "hex");
  const right = Buffer.from(b, "hex");
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}
