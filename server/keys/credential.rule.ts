type HeaderBag = { get: (name: string) => string | null };
type Credential =
  | { kind: "none" | "unusable" }
  | { kind: "token"; token: string }
  | { kind: "two"; bearer: string; apiKey: string };

const longestCredential = 1_024;

/**
 * The one extractor of `Authorization: Bearer …` and `x-api-key`. `none` when neither is sent; another scheme is not
 * ours (a proxy's own sign-in). `unusable` when what is sent cannot be a credential: characters outside printable
 * ASCII, or too long. `two` when they differ: whoever knows the keys can say which one is wrong.
 */
export function credentialOf(headers: HeaderBag): Credential {
  const authorization = headers.get("authorization");
  const apiKey = headers.get("x-api-key")?.trim() ?? null;
  const bearer = authorization !== null && /^bearer\b/i.test(authorization) ? authorization.slice(6).trim() : null;
  if (bearer === null && apiKey === null) return { kind: "none" };
  if (bearer !== null && apiKey !== null && bearer !== apiKey) return { kind: "two", bearer, apiKey };
  const token = bearer ?? apiKey ?? "";
  if (token.length > longestCredential || !/^[\x21-\x7e]+$/.test(token)) return { kind: "unusable" };
  return { kind: "token", token };
}
