import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Connection, connect } from "#cli/client.ts";
import { dataDir } from "#cli/paths.ts";

const answerWithinMs = 5_000;

/**
 * The e-mail of the account that the demo made, while nobody else has one here: people who never chose it must be told.
 * Null without a demo, with other accounts, and when the console does not say so in time.
 */
export async function onlyDemoAccount(
  dir = dataDir,
  reach: () => Pick<Connection, "trpc"> = connect,
): Promise<string | null> {
  if (!existsSync(join(dir, "demo-account"))) return null;
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const { items, total } = await reach().trpc.people.list.query(undefined, { signal });
    return total === 1 ? (items[0]?.email ?? null) : null;
  } catch {
    return null;
  }
}

/** How somebody who knows no password of this account signs in. */
export function signInText(email: string): string {
  return `sign in as ${email}; a new password: ./forge people reset-password ${email}`;
}
