import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const trainer = fileURLToPath(new URL("../../trainer", import.meta.url));

/** Why tests with a real trainer cannot run here, or null when they can. */
export function trainerMissing(): string | null {
  const python = process.env.FORGE_TRAINER_PYTHON;
  if (!python) return "FORGE_TRAINER_PYTHON is not set";
  const converters = join(process.env.FORGE_TOOLS ?? ".tools", "converters");
  return existsSync(converters) ? null : `there are no converters in ${converters}`;
}

let built: Promise<string> | null = null;

/** A random Llama of 32 × 2 layers with a tokenizer of its own, as a safetensors folder; built once a process. */
export function tinyBaseFolder(): Promise<string> {
  built ??= build();
  return built;
}

async function build() {
  const folder = await mkdtemp(join(tmpdir(), "largeforge-test-base-"));
  const script = `import sys; from pathlib import Path; from tiny import build_base; build_base(Path(sys.argv[1]))`;
  const env = { ...process.env, PYTHONPATH: join(trainer, "tests"), OMP_NUM_THREADS: "1" };
  await run(process.env.FORGE_TRAINER_PYTHON ?? "python3", ["-c", script, folder], { env });
  return folder;
}
