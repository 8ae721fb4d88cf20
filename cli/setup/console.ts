import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root, toolsDir } from "#cli/paths.ts";
import { withLock } from "#cli/setup/lock.ts";

const sources = [
  "app",
  "components",
  "server",
  "db",
  "public",
  "next.config.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "tsconfig.json",
];

/** Of this checkout, not of its tools: Next writes beside its sources, whatever FORGE_TOOLS and NEXT_DIST_DIR are. */
const buildLock = join(root, ".next-build.lock");

/**
 * Build the console with Next unless this very source was built before, one build of this checkout at a time. `distDir`
 * keeps a test's build apart from `up`'s; `update` is told whom it waits for.
 */
export function buildConsole(distDir: string, update: (detail: string) => void): Promise<"built" | "unchanged"> {
  return withLock(buildLock, "building the console", update, () => buildUnlessBuilt(distDir));
}

async function buildUnlessBuilt(distDir: string): Promise<"built" | "unchanged"> {
  const hash = await sourceHash();
  const stamp = join(root, distDir, "forge-source-hash");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === hash) return "unchanged";
  await rm(stamp, { force: true });
  const logFile = join(toolsDir, "next-build.log");
  await mkdir(toolsDir, { recursive: true });
  const log = createWriteStream(logFile);
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", NEXT_DIST_DIR: distDir, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const endBuild = () => void child.kill();
  process.once("exit", endBuild); // an interrupted command leaves no build behind
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exit) => resolve(exit ?? 1));
  });
  process.removeListener("exit", endBuild);
  log.end();
  if (code !== 0) {
    const tail = (await readFile(logFile, "utf8")).split("\n").slice(-15).join("\n");
    throw new Error(`next build failed; ${logFile} ends with:\n${tail}`);
  }
  await rm(join(root, distDir, "cache"), { recursive: true, force: true }); // 160 MB that only a rebuild would read
  await writeFile(stamp, hash);
  return "built";
}

/** sha256 over names and contents of everything the build reads (tests excluded). */
async function sourceHash() {
  const hash = createHash("sha256");
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    for (const file of await filesUnder(path)) {
      hash.update(file.slice(root.length));
      hash.update(await readFile(file));
    }
  }
  return hash.digest("hex");
}

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => null);
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
