import { hmacHex, secretFor } from "#server/secrets.ts";

/** What stands in the database and in the gateways' snapshots instead of a key. */
export function hmacOfKey(key: string): string {
  return hmacHex(secretFor("keys"), key);
}
