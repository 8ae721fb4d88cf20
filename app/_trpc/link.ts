import { consoleDoors } from "#server/console.ts";
import { DomainError } from "#server/errors.ts";
import { OpenLink } from "#server/projects/input.ts";
import { openLink } from "#server/projects/open-link.ts";

/** What the one-time link of a page offers, or why it offers nothing. */
export async function readLink(token: string) {
  const input = OpenLink.safeParse({ token });
  if (!input.success) return { kind: "broken" as const, why: input.error.issues[0]?.message ?? "this link is broken" };
  try {
    return await openLink(consoleDoors(), input.data);
  } catch (error) {
    if (error instanceof DomainError) return { kind: "broken" as const, why: error.message };
    throw error;
  }
}
