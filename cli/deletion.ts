import { createInterface } from "node:readline/promises";
import { TRPCClientError } from "@trpc/client";
import type { Command } from "commander";
import { type Connection, connect } from "#cli/client.ts";
import { print, say, wantsJson } from "#cli/output.ts";
import { formatBytes, sentence } from "#components/ui/format.ts";
import type { Deletion } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";

const yesOption = ["--yes", "without asking"] as const;

type Deleted = { id: string; name: string; effects: string[] };

/**
 * Say what a deletion affects, ask (for what is dear its name is to be typed), then do it. Without a terminal it takes
 * `--yes`. What stands in the way is the server's to refuse: exit 5.
 */
async function confirmDeletion(
  command: Command,
  noun: string,
  {
    affects,
    remove,
    yes,
    typeName,
  }: {
    affects: Deletion;
    remove: () => Promise<Deleted>;
    yes?: boolean;
    typeName?: string;
  },
): Promise<void> {
  const { name, effects, blockers, bytes, dear } = affects;
  const blocked = blockers.length > 0;
  say(blocked ? `The ${noun} ${name} cannot be deleted yet:` : `Deleting the ${noun} ${name}:`);
  for (const line of blocked ? blockers : effects) say(`  ${sentence(line)}`);
  if (!blocked && bytes > 0) say(`  Up to ${formatBytes(bytes)} on disk are freed`);
  if (!blocked && !yes && !(await agreed(command, dear ? (typeName ?? name) : null)))
    throw new DomainError("REFUSED", "nothing was deleted");
  print(command, await remove(), (done) => `${done.name} is deleted`);
}

type Ask = { affects: Deletion; remove: () => Promise<Deleted>; typeName?: string; noun?: string };

/**
 * Add `delete <argument>` to a command: `find` looks up what the name means and what its deletion affects; it may say a
 * narrower noun (a version of a dataset).
 */
export function addDelete(
  parent: Command,
  noun: string,
  { argument, help, description }: { argument: string; help: string; description: string },
  find: (connection: Connection, name: string) => Promise<Ask>,
): void {
  parent
    .command("delete")
    .description(`${description}; asks first, exit 5 while it is in use`)
    .argument(argument, help)
    .option(...yesOption)
    .action(async (name: string, { yes }: { yes?: boolean }, command: Command) => {
      const found = await find(connect(command.optsWithGlobals()), name);
      await confirmDeletion(command, found.noun ?? noun, { ...found, yes });
    });
}

/** For a name that may mean one of two kinds: null where the first kind has none, any other failure is thrown. */
export function nullIfMissing(error: unknown): null {
  const data: unknown = error instanceof TRPCClientError ? error.data : null;
  if (typeof data === "object" && data !== null && Reflect.get(data, "code") === "NOT_FOUND") return null;
  throw error;
}

async function agreed(command: Command, typed: string | null): Promise<boolean> {
  if (!process.stdin.isTTY || wantsJson(command)) return command.error("error: nobody can be asked here: say --yes");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(typed === null ? "Delete it? [y/N] " : `Type ${typed} to delete it: `);
    return typed === null ? /^y(es)?$/i.test(answer.trim()) : answer.trim() === typed;
  } finally {
    lines.close();
  }
}
