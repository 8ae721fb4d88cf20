import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { dataDir } from "#cli/paths.ts";

const Account = z.object({ email: z.string(), password: z.string() });
export type DemoAccount = z.infer<typeof Account>;

/**
 * Who may sign in to look at the demo: FORGE_ADMIN_EMAIL and FORGE_ADMIN_PASSWORD, else an account made once for this
 * data folder and kept in `demo-account` (mode 0600), so that a second run prints it again.
 */
export function demoAccount(): DemoAccount {
  const { FORGE_ADMIN_EMAIL: email, FORGE_ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  const file = join(dataDir, "demo-account");
  if (!existsSync(file)) {
    const made = { email: "demo@example.com", password: randomBytes(12).toString("base64url") };
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  }
  return Account.parse(JSON.parse(readFileSync(file, "utf8")));
}
