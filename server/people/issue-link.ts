import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { invitations } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { hmacHex, secretFor } from "#server/secrets.ts";

const tokenBytes = 32;

/** A one-time link: 256 random bits that are shown once; the database only holds their HMAC. */
export async function issueLink(
  ctx: UnscopedCtx,
  link: { projectId: string | null; email: string | null; role: Role; hours: number },
) {
  const token = newLinkToken();
  const [row] = await ctx.db
    .insert(invitations)
    .values({
      id: newId("invitation"),
      projectId: link.projectId,
      email: link.email,
      role: link.role,
      tokenHash: hashLink(token),
      createdBy: ctx.actor,
      expiresAt: sql`now() + make_interval(hours => ${link.hours}::int)`,
    })
    .returning({ id: invitations.id, expiresAt: invitations.expiresAt });
  if (!row) throw new DomainError("UNAVAILABLE", "the link was not stored");
  return { ...row, token };
}

export function newLinkToken() {
  return randomBytes(tokenBytes).toString("base64url");
}

export function hashLink(token: string) {
  return hmacHex(secretFor("links"), `link:${token}`);
}
