import { statfsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { Command } from "commander";
import { blobFinding, bytesByDefault, checkBlobs } from "#cli/check-blobs.ts";
import { print } from "#cli/output.ts";
import { dataDir, processesFile, root } from "#cli/paths.ts";
import { commandOutput, hasNvidiaGpu } from "#cli/setup/machine.ts";
import { portOrFree } from "#server/ops/processes/ports.ts";
import { readProcesses } from "#server/ops/processes/registry.ts";
import { isAlive } from "#server/process.ts";

type Finding = { check: string; state: "ok" | "warning" | "problem"; found: string; remedy: string | null };

const gib = 1024 ** 3;
const neededDisk = 4 * gib;
const neededMemory = 3 * gib;

/** `forge doctor`: what this machine has, what is missing and how to fix it. Exit 1 when something stops LargeForge from working. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("diagnose this machine and what it has stored, with remedies")
    .option("--all", "read every stored file, however many there are")
    .action(async ({ all = false }: { all?: boolean }, command: Command) => {
      const machine = [node(), npm(), git(), python(), memory(), disk(), gpu(), browser(), ...(await ports())];
      const findings = [...machine, ...(await stored(all))];
      print(command, { items: findings }, ({ items }) => items.map(line).join("\n"));
      if (findings.some((finding) => finding.state === "problem")) process.exitCode = 1;
    });
}

function line({ check, state, found, remedy }: Finding) {
  const mark = { ok: "✓", warning: "!", problem: "✗" }[state];
  return `${mark} ${check.padEnd(8)} ${found}${remedy ? `\n           → ${remedy}` : ""}`;
}

const ok = (check: string, found: string): Finding => ({ check, state: "ok", found, remedy: null });
const warning = (check: string, found: string, remedy: string): Finding => ({ check, state: "warning", found, remedy });
const problem = (check: string, found: string, remedy: string): Finding => ({ check, state: "problem", found, remedy });

/** Damaged bytes are a problem; without a data folder there is nothing to say. */
async function stored(all: boolean): Promise<Finding[]> {
  const check = await checkBlobs(all ? Number.POSITIVE_INFINITY : bytesByDefault);
  if (!check) return [];
  const { found, remedy } = blobFinding(check);
  return [remedy ? problem("stored", found, remedy) : ok("stored", found)];
}

function node() {
  return ok("node", `${process.versions.node} (${process.execPath})`);
}

function npm() {
  const version = commandOutput("npm", ["--version"]);
  return version ? ok("npm", version) : problem("npm", "missing", "install Node.js with npm");
}

function git() {
  const version = commandOutput("git", ["--version"]);
  return version
    ? ok("git", version)
    : problem("git", "missing", "apt-get install git (set-up clones the GGUF converters from a bundle)");
}

function python() {
  const names = ["python3.13", "python3.12", "python3.11", "python3"];
  const probe =
    "import sys,importlib.util as u;print('%d.%d'%sys.version_info[:2], bool(u.find_spec('ensurepip')), bool(u.find_spec('virtualenv')))";
  for (const name of names) {
    const [version, ensurepip, virtualenv] = (commandOutput(name, ["-c", probe]) ?? "").split(" ");
    const minor = Number(version?.split(".")[1]);
    if (!version?.startsWith("3.") || minor < 11 || minor > 13) continue;
    if (ensurepip === "True" || virtualenv === "True") return ok("python", `${version} (${name})`);
    return problem(
      "python",
      `${version} without venv`,
      "apt-get install python3-venv, or pip install --user virtualenv",
    );
  }
  return problem("python", "no Python 3.11, 3.12 or 3.13", "apt-get install python3 python3-venv (training needs it)");
}

function memory() {
  const bytes = totalmem();
  const found = `${(bytes / gib).toFixed(1)} GiB, ${cpus().length} cores`;
  return bytes >= neededMemory
    ? ok("memory", found)
    : warning("memory", found, "training and serving together want 3 GiB");
}

function disk() {
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  const found = `${(free / gib).toFixed(1)} GiB free below ${root}`;
  return free >= neededDisk
    ? ok("disk", found)
    : problem("disk", found, `set-up takes 3 GiB; free space, or set FORGE_DATA (now ${dataDir})`);
}

function gpu() {
  if (!hasNvidiaGpu()) return ok("gpu", "no NVIDIA GPU: training and serving run on the CPU");
  const name = commandOutput("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader"]);
  return name
    ? ok("gpu", name)
    : warning("gpu", "an NVIDIA device, but nvidia-smi does not answer", "install or repair the NVIDIA driver");
}

function browser() {
  const found = ["chromium", "chromium-browser", "google-chrome"].find((name) => commandOutput(name, ["--version"]));
  return ok("browser", found ?? "none of the system: ./forge test brings its own");
}

async function ports(): Promise<Finding[]> {
  const wanted = [
    { name: "console", process: "console", port: Number(process.env.FORGE_PORT || 3000) },
    { name: "API", process: "gateway", port: Number(process.env.FORGE_API_PORT || 4000) },
  ];
  const ours = (readProcesses(processesFile)?.processes ?? []).filter(isAlive);
  return Promise.all(
    wanted.map(async ({ name, process, port }) => {
      const mine = ours.find((row) => row.port === port);
      if (mine) return ok("port", `${port} is this installation's own ${mine.name}`);
      const elsewhere = ours.find((row) => row.name === process && row.port !== null);
      if (elsewhere) return ok("port", `the ${name} runs on ${elsewhere.port}, not on ${port}`);
      if ((await portOrFree(port, "127.0.0.1")) === port) return ok("port", `${port} is free for the ${name}`);
      const remedy = `another port is chosen for the ${name} and printed; FORGE_PORT and FORGE_API_PORT set it`;
      return warning("port", `${port} is taken by another program`, remedy);
    }),
  );
}
