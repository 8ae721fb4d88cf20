import { existsSync, readFileSync } from "node:fs";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import superjson from "superjson";
import { adminKeyFile, processesFile } from "#cli/paths.ts";
import { DomainError } from "#server/errors.ts";
import { readProcesses } from "#server/ops/processes/registry.ts";
import type { AppRouter } from "#server/router.ts";

export type Connection = {
  trpc: TRPCClient<AppRouter>;
  /** the console's address, for uploads and links */
  url: string;
  /** the gateway's address, ends in /v1 */
  apiUrl: string;
  key: string;
  project: string;
  headers: Record<string, string>;
};

/**
 * Reach a running control plane: FORGE_URL and FORGE_API_KEY, or, on the machine that runs it,
 * the addresses and the admin key in the data folder. Throws UNAVAILABLE when there is neither, and UNAUTHENTICATED
 * when FORGE_URL names another control plane and no key of that one is given.
 */
export function connect(options: { project?: string } = {}): Connection {
  const processes = readProcesses(processesFile);
  const own = processes?.consoleUrl || "http://127.0.0.1:3000";
  const url = (process.env.FORGE_URL || own).replace(/\/$/, "");
  const apiUrl = process.env.FORGE_API_URL || processes?.apiUrl || "http://127.0.0.1:4000/v1";
  const key = process.env.FORGE_API_KEY || adminKey(url, [own, ...(processes?.processes ?? []).map((row) => row.url)]);
  const project = options.project || process.env.FORGE_PROJECT || "default";
  const byKey = process.env.FORGE_API_KEY && !options.project && !process.env.FORGE_PROJECT;
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    ...(byKey ? {} : { "x-forge-project": project }),
  };
  const trpc = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/api/trpc`, transformer: superjson, headers: () => headers })],
  });
  return { trpc, url, apiUrl, key, project, headers };
}

/** The address of a page of the project; null when the project is the key's own, whose name the key does not tell. */
export function consolePage({ url, headers }: Connection, path: string): string | null {
  const project = headers["x-forge-project"];
  return project ? `${url}/${project}/${path}` : null;
}

/** The key that opens everything here leaves this machine for nobody: it is read only for this installation's own addresses. */
function adminKey(url: string, own: readonly (string | null)[]): string {
  if (!own.some((address) => address !== null && isSameServer(url, address))) {
    throw new DomainError(
      "UNAUTHENTICATED",
      `FORGE_URL names another control plane, ${url}: set FORGE_API_KEY to a key of that one`,
    );
  }
  if (existsSync(adminKeyFile)) return readFileSync(adminKeyFile, "utf8").trim();
  throw new DomainError("UNAVAILABLE", "nothing is set up here: run ./forge up, or set FORGE_URL and FORGE_API_KEY");
}

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Do two addresses reach the same server? Loopback has several names. */
function isSameServer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((url) => (URL.canParse(url) ? new URL(url) : null));
  if (!a || !b) return false;
  if (a.origin === b.origin) return true;
  return a.protocol === b.protocol && a.port === b.port && loopback.has(a.hostname) && loopback.has(b.hostname);
}
