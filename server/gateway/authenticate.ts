import type { IncomingMessage } from "node:http";
import type { Scope } from "#db/enums.ts";
import { DomainError } from "#server/errors.ts";
import type { CallerKey, Dependencies } from "#server/gateway/contract.ts";
import { mayUse, presentedBy, twoKeysMessage, unknownKeyMessage } from "#server/gateway/key.rule.ts";
import { isWellFormedKey } from "#server/keys/format.rule.ts";

/** The caller behind a request's key; one made a moment ago is looked up anew. Throws UNAUTHENTICATED. */
export async function authenticate(
  dependencies: Pick<Dependencies, "findKey" | "confirm">,
  incoming: IncomingMessage,
): Promise<CallerKey> {
  const presented = presentedBy(incoming.headers);
  if (presented.kind === "two") {
    const [bearer, apiKey] = [
      await findKey(dependencies, presented.bearer),
      await findKey(dependencies, presented.apiKey),
    ];
    const message = twoKeysMessage({ bearer: bearer !== null, apiKey: apiKey !== null });
    throw new DomainError("UNAUTHENTICATED", message);
  }
  if (presented.kind !== "token")
    throw new DomainError("UNAUTHENTICATED", "send an API key: Authorization: Bearer KEY, or x-api-key: KEY");
  const key = await findKey(dependencies, presented.token);
  if (!key) throw new DomainError("UNAUTHENTICATED", unknownKeyMessage(presented.token));
  return key;
}

async function findKey(
  dependencies: Pick<Dependencies, "findKey" | "confirm">,
  presented: string,
): Promise<CallerKey | null> {
  return dependencies.findKey(presented) ?? findYoungKey(dependencies, presented);
}

async function findYoungKey(
  dependencies: Pick<Dependencies, "findKey" | "confirm">,
  presented: string,
): Promise<CallerKey | null> {
  if (!isWellFormedKey(presented)) return null;
  await dependencies.confirm();
  return dependencies.findKey(presented);
}

/** Throws FORBIDDEN. */
export function requireScope(key: CallerKey, scope: Scope): void {
  if (!mayUse(key.scopes, scope)) throw new DomainError("FORBIDDEN", `this key lacks the scope ${scope}`);
}
