import type { Actor } from "#db/enums.ts";
import { DomainError } from "#server/errors.ts";

/** The user behind `actor`. Throws FORBIDDEN for a key or this machine's own admin key: they have no account. */
export function personOf(actor: Actor): string {
  if (actor.startsWith("user:")) return actor.slice("user:".length);
  throw new DomainError("FORBIDDEN", "only a signed-in person has an account: sign in with e-mail and password");
}
