import type { Scope } from "#db/enums.ts";
import { credentialOf } from "#server/keys/credential.rule.ts";

type Headers = { authorization?: string | undefined; "x-api-key"?: string | string[] | undefined };

/** The key a request presents, by the one extractor that the console uses too; null when there is none to use. */
export function presentedKey(headers: Headers): string | null {
  const credential = credentialOf({
    get: (name) => {
      const value = name === "authorization" ? headers.authorization : headers["x-api-key"];
      return typeof value === "string" ? value : null;
    },
  });
  return credential.kind === "token" ? credential.token : null;
}

/** `admin` opens every scope. */
export function mayUse(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes("admin");
}
