import { consoleDependencies } from "#server/console.ts";
import { DomainError } from "#server/errors.ts";
import { LinkToken } from "#server/people/input.ts";
import { openPasswordReset } from "#server/people/password-reset.ts";
import { openLink } from "#server/projects/invitations.ts";

/** What the one-time link of a page offers, or why it offers nothing. */
export function readLink(token: string) {
  return openOrExplain(token, (token) => openLink(consoleDependencies(), { token }));
}

/** Whose password the link of a page sets, or why it sets none. */
export function readReset(token: string) {
  return openOrExplain(token, async (token) => {
    const { name, email } = await openPasswordReset(consoleDependencies(), token);
    return { kind: "reset" as const, name, email };
  });
}

async function openOrExplain<T>(token: string, open: (token: string) => Promise<T>) {
  const input = LinkToken.safeParse(token);
  if (!input.success) return { kind: "broken" as const, why: input.error.issues[0]?.message ?? "this link is broken" };
  try {
    return await open(input.data);
  } catch (error) {
    if (error instanceof DomainError) return { kind: "broken" as const, why: error.message };
    throw error;
  }
}
