import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { env, isolatedEnvironment } from "#server/env.ts";
import { TrainerFailure } from "#server/models/python/failure.ts";

const source = fileURLToPath(new URL("../../../trainer/src", import.meta.url));
const keptLogBytes = 4_000;

/** The trainer's interpreter. Throws TrainerFailure SETUP_MISSING when this installation has none. */
export function trainerPython(): string {
  const python = env().FORGE_TRAINER_PYTHON;
  if (python) return python;
  throw new TrainerFailure({
    code: "SETUP_MISSING",
    message: "this machine has no trainer environment",
    hint: "Run ./forge up once: it sets the trainer up; ./forge doctor says what is missing.",
  });
}

/** What every Python child gets: our package on its path, no network, no secret of ours. */
export function trainerEnv(extra: Record<string, string> = {}) {
  const offline = { HF_HUB_OFFLINE: "1", HF_HUB_DISABLE_TELEMETRY: "1", TOKENIZERS_PARALLELISM: "false" };
  return isolatedEnvironment({ PYTHONPATH: source, PYTHONUNBUFFERED: "1", OMP_NUM_THREADS: "1", ...offline, ...extra });
}

/**
 * Run one of the trainer's modules to its end → its stdout, its exit code and the end of its stderr.
 * The child ends with `signal`.
 */
export async function runModule(module: string, args: string[], signal: AbortSignal) {
  const child = spawn(trainerPython(), ["-m", module, ...args], {
    env: trainerEnv(),
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  const exit = once(child, "exit");
  const [stdout, log, [code, killedBy]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, code: Number(code ?? -1), killedBy: String(killedBy ?? ""), log: log.slice(-keptLogBytes) };
}
