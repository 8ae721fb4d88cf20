import type { IncomingMessage } from "node:http";
import type { Scope } from "#db/enums.ts";
import { DomainError } from "#server/errors.ts";
import type { CallerKey, Doors } from "#server/gateway/contract.ts";
import { mayUse, presentedBy, wordsOfTwoKeys, wordsOfUnknownKey } from "#server/gateway/key.rule.ts";
import { isWellFormedKey } from "#server/keys/format.rule.ts";

/** The caller behind a request's key; one made a moment ago is looked up anew. Throws UNAUTHENTICATED. */
export async function authenticate(
  doors: Pick<Doors, "findKey" | "confirm">,
  incoming: IncomingMessage,
): Promise<CallerKey> {
  const presented = presentedBy(incoming.headers);
  if (presented.kind === "two") {
    const [bearer, apiKey] = [await findKey(doors, presented.bearer), await findKey(doors, presented.apiKey)];
    const message = wordsOfTwoKeys({ bearer: bearer !== null, apiKey: apiKey !== null });
    throw new DomainError("UNAUTHENTICATED", message);
  }
  if (presented.kind !== "token")
    throw new DomainError("UNAUTHENTICATED", "send an API key: Authorization: Bearer KEY, or x-api-key: KEY");
  const key = await findKey(doors, presented.token);
  if (!key) throw new DomainError("UNAUTHENTICATED", wordsOfUnknownKey(presented.token));
  return key;
}

async function findKey(doors: Pick<Doors, "findKey" | "confirm">, presented: string): Promise<CallerKey | null> {
  return doors.findKey(presented) ?? findYoungKey(doors, presented);
}

async function findYoungKey(doors: Pick<Doors, "findKey" | "confirm">, presented: string): Promise<CallerKey | null> {
  if (!isWellFormedKey(presented)) return null;
  await doors.confirm();
  return doors.findKey(presented);
}

/** Throws FORBIDDEN. */
export function requireScope(key: CallerKey, scope: Scope): void {
  if (!mayUse(key.scopes, scope)) throw new DomainError("FORBIDDEN", `this key lacks the scope ${scope}`);
}
