import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
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

/** A random Llama of 32 × 2 layers with a tokenizer of its own, as a safetensors folder; built once for all test files. */
export async function tinyBaseFolder(): Promise<string> {
  const recipe = await Promise.all(["tests/tiny.py", "requirements.txt"].map((path) => readFile(join(trainer, path))));
  const hash = createHash("sha256").update(Buffer.concat(recipe)).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `largeforge-test-base-${userInfo().uid}-${hash}`);
  if (!existsSync(folder)) await build(folder);
  return folder;
}

async function build(folder: string) {
  const fresh = await mkdtemp(`${folder}-`);
  const script = `import sys; from pathlib import Path; from tiny import build_base; build_base(Path(sys.argv[1]))`;
  const env = { ...process.env, PYTHONPATH: join(trainer, "tests"), OMP_NUM_THREADS: "1" };
  await run(process.env.FORGE_TRAINER_PYTHON ?? "python3", ["-c", script, fresh], { env });
  await rename(fresh, folder).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(fresh, { recursive: true }); // another test file was quicker
  });
}
