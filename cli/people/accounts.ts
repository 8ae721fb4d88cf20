import { existsSync } from "node:fs";
import { join } from "node:path";
import { TRPCClientError } from "@trpc/client";
import { type Connection, connect } from "#cli/client.ts";
import { say } from "#cli/output.ts";
import { dataDir, processesFile } from "#cli/paths.ts";
import { setUpDataFolder } from "#cli/setup/data.ts";
import { createDb } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { adoptEnv, parseEnv, publicUrl } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";
import { takeLock } from "#server/ops/processes/lock.ts";
import { readProcesses } from "#server/ops/processes/registry.ts";
import { disableAccount, enableAccount } from "#server/people/disable-account.ts";
import { listAccounts } from "#server/people/list-accounts.ts";
import { resetPassword } from "#server/people/password-reset.ts";

type OneAccount = { userId: string };

/** The acts on accounts, by the console or, while it does not answer, on this machine's own database. */
export type Accounts = {
  /** the console's address, for links */
  url: string;
  list: () => ReturnType<typeof listAccounts>;
  disable: (input: OneAccount) => ReturnType<typeof disableAccount>;
  enable: (input: OneAccount) => ReturnType<typeof enableAccount>;
  resetPassword: (input: OneAccount) => ReturnType<typeof resetPassword>;
};

/**
 * Work on the accounts of this machine's installation. Whoever may read its data folder may do so also when nothing
 * runs: nobody is locked out for good. Throws FORBIDDEN with an API key, which stands for one project.
 */
export async function onAccounts<T>(work: (accounts: Accounts) => Promise<T>): Promise<T> {
  if (process.env.FORGE_API_KEY)
    throw new DomainError(
      "FORBIDDEN",
      "accounts are acted on in the console, or by the shell of the machine that runs it (without FORGE_API_KEY)",
    );
  const connection = connect();
  try {
    return await work(byConsole(connection));
  } catch (error) {
    // with an answer it has spoken; another machine's console is not ours to go around
    if (!(error instanceof TRPCClientError) || error.data || process.env.FORGE_URL) throw error;
  }
  say("the console does not answer: working on its database directly");
  return onDatabase(work);
}

function byConsole({ trpc, url }: Connection): Accounts {
  const { people } = trpc;
  return {
    url,
    list: () => people.list.query(),
    disable: (input) => people.disable.mutate(input),
    enable: (input) => people.enable.mutate(input),
    resetPassword: (input) => people.resetPassword.mutate(input),
  };
}

/** With the lock of the data folder while nothing runs, so that no `up` comes between; else beside what runs. */
async function onDatabase<T>(work: (accounts: Accounts) => Promise<T>): Promise<T> {
  const external = process.env.DATABASE_URL;
  if (!external && !existsSync(join(dataDir, "pg", "cluster", "PG_VERSION")))
    throw new DomainError("UNAVAILABLE", `there is no database in ${dataDir} yet: ./forge up`);
  const lock = takeLock(join(dataDir, "run", "lock"));
  const server = external ? null : await startEmbeddedPostgres({ dir: join(dataDir, "pg") });
  const url = external || server?.url || "";
  const { secret } = await setUpDataFolder(dataDir);
  const settings = parseEnv({ ...process.env, FORGE_DATA: dataDir, FORGE_SECRET: secret, DATABASE_URL: url });
  adoptEnv(settings);
  if (lock) await migrateDatabase(url);
  const db = createDb(url, { max: 2, name: "largeforge-shell" });
  const ctx = { db, actor: "system:local-admin" as const, enqueue: () => {} };
  try {
    return await work({
      url: readProcesses(processesFile)?.consoleUrl || publicUrl(settings),
      list: () => listAccounts(ctx),
      disable: (input) => disableAccount(ctx, input),
      enable: (input) => enableAccount(ctx, input),
      resetPassword: (input) => resetPassword(ctx, input),
    });
  } finally {
    await db.$client.end({ timeout: 1 });
    if (lock && server && !server.adopted) await server.stop();
    lock?.release();
  }
}
