import { sql } from "drizzle-orm";
import { z } from "zod";
import { scopes } from "#db/enums.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { hmacHex, sameDigest, secretFor } from "#server/secrets.ts";

const prefix = "lfi_";
const longestSeconds = 900;

const Grant = z.object({
  projectId: z.string(),
  actor: z.templateLiteral([z.enum(["user", "key", "system"]), ":", z.string()]),
  scopes: z.array(z.enum(scopes)),
  expiresAtMs: z.number().int(),
});
export type InternalGrant = z.infer<typeof Grant>;

/**
 * A pass for our own processes to the gateway, on behalf of `actor`, for at most 15 minutes: an HMAC over what it
 * grants, checked without a look-up. Expiry counts on the database's clock.
 */
export async function mintInternalToken(
  ctx: Pick<Ctx, "db">,
  grant: Omit<InternalGrant, "expiresAtMs"> & { ttlSeconds: number },
): Promise<string> {
  const { ttlSeconds, ...rest } = grant;
  if (!(ttlSeconds > 0 && ttlSeconds <= longestSeconds))
    throw new DomainError("INVALID", `an internal token lives 1 to ${longestSeconds} seconds`, { field: "ttlSeconds" });
  const [clock] = await ctx.db.execute<{ ms: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  const expiresAtMs = Math.round(Number(clock?.ms) + ttlSeconds * 1_000);
  const body = Buffer.from(JSON.stringify(Grant.parse({ ...rest, expiresAtMs }))).toString("base64url");
  return `${prefix}${body}.${sign(body)}`;
}

/** What an internal token grants, or null when it is not ours, was changed, or is over. `nowMs`: the database's clock. */
export function verifyInternalToken(token: string, nowMs: number): InternalGrant | null {
  if (!token.startsWith(prefix)) return null;
  const [body = "", signature = "", ...rest] = token.slice(prefix.length).split(".");
  if (rest.length > 0 || !/^[0-9a-f]{64}$/.test(signature) || !sameDigest(sign(body), signature)) return null;
  const grant = Grant.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  return grant.success && grant.data.expiresAtMs > nowMs ? grant.data : null;
}

function sign(body: string) {
  return hmacHex(secretFor("internal"), body);
}
