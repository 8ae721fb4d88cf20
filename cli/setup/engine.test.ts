import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "#cli/paths.ts";
import { enginePackages } from "#cli/setup/engine.ts";

type Lock = { packages: Record<string, { version?: string; resolved?: string; link?: boolean }> };

test("npm ci brings no engine binary: each platform's package is the empty one, at the engine's own version", async () => {
  const lock: Lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  const binaries = Object.entries(lock.packages).filter(([path]) => path.includes("node_modules/@node-llama-cpp/"));
  expect(binaries).toHaveLength(14);
  for (const [path, { resolved, link }] of binaries)
    expect({ path, resolved, link }).toEqual({ path, resolved: "cli/setup/empty", link: true });
  // npm would nest the real binaries below node-llama-cpp where the two versions differ
  expect(lock.packages["cli/setup/empty"]?.version).toBe(lock.packages["node_modules/node-llama-cpp"]?.version);
});

test("CUDA is fetched only where an NVIDIA GPU is", () => {
  expect(enginePackages("linux", "x64", false)).toEqual(["linux-x64"]);
  expect(enginePackages("linux", "x64", true)).toEqual(["linux-x64", "linux-x64-cuda", "linux-x64-cuda-ext"]);
  expect(enginePackages("linux", "arm64", true)).toEqual(["linux-arm64"]);
  expect(enginePackages("darwin", "arm64", false)).toEqual(["mac-arm64-metal"]);
  expect(enginePackages("darwin", "x64", false)).toEqual(["mac-x64"]);
  expect(enginePackages("win32", "x64", false)).toEqual(["win-x64"]);
});
