import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Connection } from "#cli/client.ts";

const Account = z.object({ email: z.string(), password: z.string() });
export type DemoAccount = z.infer<typeof Account>;

/**
 * Who may sign in to look at a demo that is about to start: FORGE_ADMIN_EMAIL and FORGE_ADMIN_PASSWORD, else an account
 * made once for this data folder and kept in `demo-account` (mode 0600), so that a second run prints it again.
 */
export function demoAccount(dataDir: string): DemoAccount {
  const known = knownAccount(dataDir);
  if (known) return known;
  const made = { email: "demo@example.com", password: randomBytes(12).toString("base64url") };
  writeFileSync(join(dataDir, "demo-account"), JSON.stringify(made), { mode: 0o600 });
  return made;
}

/** The demo's account when it belongs to somebody here; null where people came before the demo and have accounts of their own. */
export async function accountToShow({ trpc }: Connection, dataDir: string): Promise<DemoAccount | null> {
  const account = knownAccount(dataDir);
  if (!account) return null;
  const email = account.email.toLowerCase();
  return (await trpc.projects.members.query()).some((member) => member.email === email) ? account : null;
}

function knownAccount(dataDir: string): DemoAccount | null {
  const { FORGE_ADMIN_EMAIL: email, FORGE_ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  const file = join(dataDir, "demo-account");
  return existsSync(file) ? Account.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}
