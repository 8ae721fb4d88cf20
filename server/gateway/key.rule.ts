import type { Scope } from "#db/enums.ts";
import { credentialOf } from "#server/keys/credential.rule.ts";

type Headers = { authorization?: string | undefined; "x-api-key"?: string | string[] | undefined };

/** What a request presents, by the one extractor that the console uses too. */
export function presentedBy(headers: Headers) {
  return credentialOf({
    get: (name) => {
      const value = name === "authorization" ? headers.authorization : headers["x-api-key"];
      return typeof value === "string" ? value : null;
    },
  });
}

/** Why one key is refused. A machine's admin key (`lfa_…`, in its data folder) is told by its form alone. */
export function unknownKeyMessage(presented: string): string {
  return presented.startsWith("lfa_")
    ? "this is the admin key of a machine, for its shell and console only: /v1 takes an API key (./forge keys create, or the page Keys)"
    : "this API key is not known, was revoked, or has expired";
}

/** Why two different keys are refused, by which of them is known. */
export function twoKeysMessage(known: { bearer: boolean; apiKey: boolean }): string {
  if (known.bearer && known.apiKey) return "Authorization and x-api-key hold two different keys: send one of them";
  if (!known.bearer && !known.apiKey)
    return "neither the key in Authorization nor the one in x-api-key is known: each may be revoked or expired";
  const [wrong, right] = known.bearer ? ["x-api-key", "Authorization"] : ["Authorization", "x-api-key"];
  return `the API key in ${wrong} is not known, was revoked, or has expired; the one in ${right} is right: send only that`;
}

/** `admin` opens every scope. */
export function mayUse(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes("admin");
}
