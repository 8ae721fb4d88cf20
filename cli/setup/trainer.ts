import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root, toolsDir } from "#cli/paths.ts";

const script = join(root, "cli", "setup", "trainer.sh");
const pollMs = 500;

/**
 * Build the trainer's Python environment, or wait for the build that `./forge` already began beside npm.
 * Throws with the script's own sentence (no Python, no venv, no disk) and where its log is.
 */
export async function setUpTrainer(update: (detail: string) => void): Promise<string> {
  if (process.env.FORGE_TRAINER_PYTHON) return `FORGE_TRAINER_PYTHON = ${process.env.FORGE_TRAINER_PYTHON}`;
  const child = spawn("bash", [script], {
    env: { ...process.env, FORGE_TOOLS: toolsDir },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const timer = setInterval(() => void currentStep().then(update), pollMs);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (exit) => resolve(exit ?? 1));
    });
    if (code !== 0)
      throw new Error(
        complaint.trim().replace(/^forge: /, "") ||
          `the trainer's environment could not be built; see ${toolsDir}/trainer.log`,
      );
  } finally {
    clearInterval(timer);
  }
  return (await readFile(join(toolsDir, "trainer", ".torch-flavour"), "utf8").catch(() => "ready")).trim();
}

async function currentStep() {
  return (await readFile(join(toolsDir, "trainer.step"), "utf8").catch(() => "")).trim();
}
