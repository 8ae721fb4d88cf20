import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { convertersDir, root, toolsDir } from "#cli/paths.ts";

const run = promisify(execFile);

/**
 * Put the GGUF converters that ship inside node-llama-cpp (as a git bundle of llama.cpp) into the tools folder:
 * only `conversion/`, `gguf-py/` and the scripts, 3 MB of 209.
 */
export async function setUpConverters(): Promise<string> {
  const engine = join(root, "node_modules", "node-llama-cpp");
  const manifest: { version: string } = JSON.parse(await readFile(join(engine, "package.json"), "utf8"));
  const stamp = join(convertersDir, ".forge-stamp");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === manifest.version) return manifest.version;
  await mkdir(toolsDir, { recursive: true });
  const work = await mkdtemp(join(toolsDir, "converters-"));
  try {
    const source = join(work, "source");
    await run("git", ["clone", "--quiet", "--depth", "1", join(engine, "llama", "gitRelease.bundle"), source], {
      env: gitEnv(),
    });
    const kept = join(work, "kept");
    await mkdir(kept);
    const scripts = (await readdir(source)).filter((name) => /^convert_.*\.py$/.test(name));
    for (const name of ["conversion", "gguf-py", "LICENSE", ...scripts])
      await cp(join(source, name), join(kept, name), { recursive: true });
    await writeFile(join(kept, ".forge-stamp"), manifest.version);
    await rm(convertersDir, { recursive: true, force: true });
    await rename(kept, convertersDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return manifest.version;
}

/** A user's git settings (templates, hooks, signing) must not reach this clone. */
function gitEnv() {
  return { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0" };
}
