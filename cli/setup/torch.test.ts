import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "#cli/paths.ts";

/** Writes the smallest wheel that pip takes for torch, of one version, into the folder argv[1]. */
const wheelScript = `
import sys, zipfile
folder, version = sys.argv[1:]
with zipfile.ZipFile(f"{folder}/torch-{version}-py3-none-any.whl", "w") as wheel:
    info = f"torch-{version}.dist-info"
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: torch\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;
const python = "python3.11"; // whose checksum is known
const hasKnownPython = spawnSync(python, ["-c", "import ensurepip"]).status === 0;
const isKnownPlatform = process.platform === "linux" && process.arch === "x64";

test.skipIf(!hasKnownPython || !isKnownPlatform)(
  "a torch whose checksum is not the known one is refused by its file's name, and nothing else stands in for it",
  { timeout: 5 * 60_000 },
  () => {
    const dir = mkdtempSync(join(tmpdir(), "largeforge-test-torch-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const [wheels, tools] = [join(dir, "wheels"), join(dir, "tools")];
    mkdirSync(wheels);
    for (const version of ["2.13.0", "2.13.0+cpu"]) execFileSync(python, ["-c", wheelScript, wheels, version]);
    const offline = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, FORGE_TOOLS: tools };
    const done = spawnSync("bash", [join(root, "cli", "setup", "trainer.sh")], {
      env: { ...process.env, ...offline },
      encoding: "utf8",
    });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/^forge: torch-2\.13\.0\S*\.whl is not the file this release was made with/);
    expect(done.stderr).toMatch(
      /checksum differs from the one in trainer\/requirements-torch\S*\.txt\. Remove it from/,
    );
    expect(existsSync(join(tools, "trainer", ".stamp"))).toBe(false);
    expect(existsSync(join(tools, "trainer", "lib", python, "site-packages", "torch-2.13.0+cpu.dist-info"))).toBe(
      false,
    );
  },
);
