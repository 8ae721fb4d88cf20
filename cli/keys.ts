import type { Command } from "commander";
import { type Connection, connect } from "#cli/client.ts";
import { parseExpiry, parseScopes, pickKey } from "#cli/keys/options.ts";
import { print, say, table } from "#cli/output.ts";
import type { Scope } from "#db/enums.ts";

const pageSize = 100;
const mostPages = 50;

/** `forge keys create|list|revoke`. */
export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("API keys of the project");
  keys
    .command("create")
    .description("an API key, shown once: on stdout alone, so that KEY=$(./forge keys create --name ci) works")
    .requiredOption("--name <name>", "what will use it")
    .option("--scope <scope>", "what it may do; repeat it or separate with commas (default: inference)", parseScopes)
    .option("--expires <time>", "90d, 2w, 6m, 1y or never (default: never)", parseExpiry)
    .action(async (options: { name: string; scope?: Scope[]; expires?: number | null }, command: Command) => {
      const scopes: Scope[] = options.scope?.length ? options.scope : ["inference"];
      const input = { name: options.name, scopes, expiresInDays: options.expires ?? null };
      const { trpc, apiUrl } = connect(command.optsWithGlobals());
      const made = await trpc.keys.create.mutate(input);
      say(`key ${made.name} (${made.id.slice(-6)}): ${made.scopes.join(", ")}; ${endOf(made.expiresAt)}`);
      say(`base URL ${apiUrl}; store the key now, it is not shown again:`);
      print(command, { ...made, baseUrl: apiUrl }, (row) => row.key);
    });
  keys
    .command("list")
    .description("the keys that work, newest first")
    .option("--all", "revoked and expired ones too")
    .action(async (options: { all?: boolean }, command: Command) => {
      const rows = await listKeys(connect(command.optsWithGlobals()), options.all ? "all" : "live");
      print(command, rows, (all) =>
        table(
          ["id", "name", "key", "status", "scopes", "last used", "expires"],
          all.map((row) => [
            row.id.slice(-6),
            row.name,
            `lf_…${row.last4}`,
            row.status,
            row.scopes.join(","),
            row.lastUsedAt ? day(row.lastUsedAt) : "never",
            row.expiresAt ? day(row.expiresAt) : "never",
          ]),
        ),
      );
    });
  keys
    .command("revoke")
    .description("end a key for good; gateways refuse it within a second")
    .argument("<key>", "its name, id or short id")
    .action(async (ref: string, _options: unknown, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const { id } = pickKey(await listKeys(connection, "live"), ref);
      print(command, await connection.trpc.keys.revoke.mutate({ keyId: id }), (row) => `revoked ${row.name}`);
    });
}

async function listKeys({ trpc }: Connection, show: "live" | "all") {
  const rows = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page++) {
    const { items, nextCursor }: Awaited<ReturnType<typeof trpc.keys.list.query>> = await trpc.keys.list.query({
      ...{ show, cursor, limit: pageSize },
    });
    rows.push(...items);
    if (!nextCursor) break;
    cursor = nextCursor;
  }
  return rows;
}

function day(at: Date) {
  return at.toISOString().slice(0, 10);
}

function endOf(expiresAt: Date | null) {
  return expiresAt ? `works until ${day(expiresAt)}` : "does not expire";
}
