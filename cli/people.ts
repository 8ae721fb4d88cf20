import { type Command, Option } from "commander";
import { connect } from "#cli/client.ts";
import { printList } from "#cli/list.ts";
import { print, say } from "#cli/output.ts";
import type { Accounts } from "#cli/people/accounts.ts";
import { type Role, roles } from "#db/enums.ts";
import { pickNamed } from "#server/text/named.rule.ts";

/** `forge people list|invite|disable|enable|reset-password`. */
export function registerPeople(program: Command): void {
  const people = program.command("people").description("accounts of this installation, invitations, lost passwords");
  people
    .command("list")
    .description("every account, with its projects and roles")
    .action(async (_options: unknown, command: Command) => {
      const list = await onAccounts((accounts) => accounts.list());
      printList(command, list, ["e-mail", "name", "status", "roles", "last seen"], (row) => [
        row.email,
        row.name,
        [row.disabledAt ? "disabled" : "active", row.isOwner ? "owner" : ""].filter(Boolean).join(", "),
        row.roles.map(({ project, role }) => `${project}: ${role}`).join(", ") || null,
        row.lastSeenAt ? row.lastSeenAt.toISOString().slice(0, 16).replace("T", " ") : "never",
      ]);
      if (list.items.length < list.total) say(`${list.items.length} of ${list.total} accounts, by e-mail`);
    });
  people
    .command("invite")
    .description("a one-time link to join the project, shown once, valid 7 days: on stdout alone")
    .argument("<email>", "whom it is for")
    .addOption(new Option("--role <role>", "what they may do").choices(roles).default("engineer"))
    .action(async (email: string, { role }: { role: Role }, command: Command) => {
      const { trpc, url } = connect(command.optsWithGlobals());
      const made = await trpc.projects.invite.mutate({ email, role });
      say(`send this to ${email} yourself; it works once, until ${day(made.expiresAt)}:`);
      print(command, { ...made, email, role, link: `${url}/invite/${made.token}` }, ({ link }) => link);
    });
  people
    .command("disable")
    .description("shut an account: its sessions end and its keys stop; enabling brings it back")
    .argument("<email>", "whose")
    .action(async (email: string, _options: unknown, command: Command) => {
      const done = await onAccounts(async (accounts) => accounts.disable(await find(accounts, email)));
      print(command, done, (row) => `${row.email} is disabled; sessions ended: ${row.sessionsEnded}`);
    });
  people
    .command("enable")
    .description("open a disabled account again, with the memberships and keys it had")
    .argument("<email>", "whose")
    .action(async (email: string, _options: unknown, command: Command) => {
      const done = await onAccounts(async (accounts) => accounts.enable(await find(accounts, email)));
      print(command, done, (row) => `${row.email} is enabled`);
    });
  people
    .command("reset-password")
    .description("a one-time link to set a new password, shown once: on stdout alone; works when nothing runs, too")
    .argument("<email>", "whose, the owner's own too")
    .action(async (email: string, _options: unknown, command: Command) => {
      const made = await onAccounts(async (accounts) => {
        const reset = await accounts.resetPassword(await find(accounts, email));
        return { ...reset, link: `${accounts.url}/reset/${reset.token}` };
      });
      say(`open this as ${made.email}; it works once, until ${day(made.expiresAt)}:`);
      print(command, made, ({ link }) => link);
    });
}

/** What works on the database without a console is loaded by these commands alone: no other pays for it at its start. */
async function onAccounts<T>(work: (accounts: Accounts) => Promise<T>): Promise<T> {
  const accounts = await import("#cli/people/accounts.ts");
  return accounts.onAccounts(work);
}

async function find({ list }: Accounts, ref: string) {
  const { items } = await list();
  const wanted = ref.trim().toLowerCase();
  const meant = items.filter((row) => row.email.toLowerCase() === wanted || row.userId === ref);
  const { id } = pickNamed(
    meant.map((row) => ({ id: row.userId, name: row.email })),
    ref,
    "account",
  );

  return { userId: id };
}

function day(at: Date) {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
