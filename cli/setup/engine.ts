import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, toolsDir } from "#cli/paths.ts";
import { hasNvidiaGpu } from "#cli/setup/machine.ts";

const run = promisify(execFile);

/** sha512 of the registry's tarballs for the pinned version; npm checks the others against the registry's own. */
const integrity: Readonly<Record<string, string>> = {
  "linux-x64": "5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==",
  "linux-arm64": "W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFxexZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ==",
  "linux-x64-cuda": "8rQCjyNNLZJUFit+YpjwlC4hwkKgOMIkB2wuycKBf8NU2O3ySKbiWZQ8aw9ku2nUTXjSnUIrE6KB88itduTBuA==",
  "linux-x64-cuda-ext": "4e5ajkiM2aR2WAdB/N/ACk4weEhHvOAIrzxZPsIX0xDFW5+6hhShuy1/vs88SK9NGdgAco9IyE28eYS0H1efpA==",
};

/** The engine binaries this machine can use: CUDA (540 MB) only where an NVIDIA GPU is. */
export function enginePackages(platform: string, arch: string, nvidia: boolean): string[] {
  if (platform === "darwin") return [arch === "arm64" ? "mac-arm64-metal" : "mac-x64"];
  if (platform === "win32") return [arch === "arm64" ? "win-arm64" : "win-x64"];
  if (arch !== "x64") return ["linux-arm64"];
  return nvidia ? ["linux-x64", "linux-x64-cuda", "linux-x64-cuda-ext"] : ["linux-x64"];
}

/** Fetch the inference engine's binaries in place of the links to cli/setup/empty; nothing to do when they are there. */
export async function setUpEngine(): Promise<string> {
  const version = await installedVersion();
  const names = enginePackages(process.platform, process.arch, hasNvidiaGpu());
  for (const name of names) await fetchBinary(name, version);
  return `${names.join(", ")} ${version}`;
}

async function installedVersion() {
  const manifest: { version: string } = JSON.parse(
    await readFile(join(root, "node_modules", "node-llama-cpp", "package.json"), "utf8"),
  );
  return manifest.version;
}

async function fetchBinary(name: string, version: string) {
  const target = join(root, "node_modules", "@node-llama-cpp", name);
  const stamp = join(target, ".forge-stamp");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === version) return;
  await mkdir(toolsDir, { recursive: true });
  const work = await mkdtemp(join(toolsDir, "engine-"));
  try {
    const { stdout } = await run(
      "npm",
      ["pack", `@node-llama-cpp/${name}@${version}`, "--ignore-scripts", "--silent"],
      { cwd: work },
    );
    const tarball = join(work, stdout.trim().split("\n").at(-1) ?? "");
    const digest = createHash("sha512")
      .update(await readFile(tarball))
      .digest("base64");
    const expected = integrity[name];
    if (expected && digest !== expected)
      throw new Error(`@node-llama-cpp/${name}@${version} is not the pinned file (sha512 ${digest})`);
    await run("tar", ["xzf", tarball, "-C", work]);
    await writeFile(join(work, "package", ".forge-stamp"), version);
    await rm(target, { recursive: true, force: true });
    await rename(join(work, "package"), target).catch(() => cp(join(work, "package"), target, { recursive: true }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
