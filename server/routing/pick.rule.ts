import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

export const buckets = 10_000;

export type WeightedRevision = { id: string; number: number; weightBps: number };

/** Sticky: one user stays on one revision, so a caller never flips model mid-canary. */
export function stickyKeyOf(call: { user?: string | null; conversation?: string | null; keyId: string }): string {
  return call.user || call.conversation || call.keyId;
}

const keptAtMost = 1_000;
const keyObjects = new Map<string, KeyObject>();

/** Making the key takes seven times as long as the HMAC, and a gateway has few deployments. */
function keyOf(deploymentId: string): KeyObject {
  let key = keyObjects.get(deploymentId);
  if (!key) {
    key = createSecretKey(deploymentId, "utf8");
    if (keyObjects.size >= keptAtMost) keyObjects.clear();
    keyObjects.set(deploymentId, key);
  }
  return key;
}

/** HMAC-SHA256(deployment id, sticky key), its first 48 bits modulo 10,000: another deployment shuffles users anew. */
export function bucketOf(deploymentId: string, stickyKey: string): number {
  return createHmac("sha256", keyOf(deploymentId)).update(stickyKey).digest().readUIntBE(0, 6) % buckets;
}

/**
 * The revision whose range holds `bucket`. Ranges stand side by side from 0, the newest revision first, so a
 * candidate that grows takes over only the difference and an older one that shrinks gives up only that.
 * Revisions of weight 0 hold no range and may come and go unseen. Weights are basis points; when they do not
 * reach 10,000 (a revision was retired a moment ago) the oldest with any weight takes the rest. Null: none has any.
 */
export function pickRevision<R extends WeightedRevision>(revisions: readonly R[], bucket: number): R | null {
  const newestFirst = revisions.filter((revision) => revision.weightBps > 0).sort((a, b) => b.number - a.number);
  let end = 0;
  for (const revision of newestFirst) {
    end += revision.weightBps;
    if (bucket < end) return revision;
  }
  return newestFirst.at(-1) ?? null;
}
