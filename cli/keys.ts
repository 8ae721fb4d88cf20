import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { type Connection, connect } from "#cli/client.ts";
import { collect, type Paging, paged, printList } from "#cli/list.ts";
import { print, say } from "#cli/output.ts";
import { type Scope, scopes } from "#db/enums.ts";
import { pickNamed } from "#server/text/named.rule.ts";

const mostLiveKeys = 5_000;

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
  paged(keys.command("list"))
    .description("the keys that work, newest first")
    .option("--all", "revoked and expired ones too")
    .action(async ({ all, ...paging }: Paging & { all?: boolean }, command: Command) => {
      const list = await listKeys(connect(command.optsWithGlobals()), all ? "all" : "live", paging);
      printList(command, list, ["id", "name", "key", "status", "scopes", "last used", "expires"], (row) => [
        row.id.slice(-6),
        row.name,
        `lf_…${row.last4}`,
        row.status,
        row.scopes.join(","),
        row.lastUsedAt ? day(row.lastUsedAt) : "never",
        row.expiresAt ? day(row.expiresAt) : "never",
      ]);
    });
  keys
    .command("revoke")
    .description("end a key for good; gateways refuse it within a second")
    .argument("<key>", "its name, id or short id")
    .action(async (ref: string, _options: unknown, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const { items } = await listKeys(connection, "live", { limit: mostLiveKeys });
      const { id } = pickKey(items, ref);
      print(command, await connection.trpc.keys.revoke.mutate({ keyId: id }), (row) => `revoked ${row.name}`);
    });
}

function listKeys({ trpc }: Connection, show: "live" | "all", paging: Paging) {
  return collect((page) => trpc.keys.list.query({ show, ...page }), paging);
}

function day(at: Date) {
  return at.toISOString().slice(0, 10);
}

function endOf(expiresAt: Date | null) {
  return expiresAt ? `works until ${day(expiresAt)}` : "does not expire";
}

const daysPer = { d: 1, w: 7, m: 30, y: 365 } as const;
const Unit = z.enum(["d", "w", "m", "y"]);

/** `90d`, `2w`, `6m`, `1y` → days; `never` → null. */
export function parseExpiry(text: string): number | null {
  if (text === "never") return null;
  const match = /^([1-9]\d{0,3})([dwmy])$/.exec(text);
  if (!match) throw new InvalidArgumentError("write 90d, 2w, 6m, 1y or never.");
  return Number(match[1]) * daysPer[Unit.parse(match[2])];
}

/** `inference,runs:read`, after those of earlier `--scope`s → all of them. An unknown one lists what there is. */
export function parseScopes(text: string, before: readonly Scope[] = []): Scope[] {
  const wanted = [...before, ...text.split(",").map((scope) => scope.trim())].filter((scope) => scope !== "");
  const parsed = z.array(z.enum(scopes)).safeParse(wanted);
  if (parsed.success) return parsed.data;
  const unknown = wanted.find((text) => !z.enum(scopes).safeParse(text).success);
  throw new InvalidArgumentError(`there is no scope ${unknown}; there are ${scopes.join(", ")}.`);
}

/** The one key that `ref` means: its id, its last six characters or its name. Throws NOT_FOUND, or CONFLICT with the matches. */
export function pickKey<Key extends { id: string; name: string }>(keys: readonly Key[], ref: string): Key {
  const isMeant = (key: Key) => key.id === ref || key.name === ref || key.id.slice(-6) === ref;
  return pickNamed(keys.filter(isMeant), ref, "live key");
}
