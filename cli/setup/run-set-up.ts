import { interruptible } from "#cli/interrupt.ts";
import { say, withProgress } from "#cli/output.ts";
import { dataDir } from "#cli/paths.ts";
import { buildConsole } from "#cli/setup/console.ts";
import { setUpConverters } from "#cli/setup/converters.ts";
import { setUpDataFolder } from "#cli/setup/data.ts";
import { distDirOf } from "#cli/setup/dist-dir.ts";
import { setUpEngine } from "#cli/setup/engine.ts";
import { withSetUpLock } from "#cli/setup/lock.ts";
import { setUpTrainer } from "#cli/setup/trainer.ts";

/** A step with its progress, while no other command does one with the same tools. */
export function setUpStep<T>(what: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T> {
  return withProgress(what, (update) =>
    withSetUpLock(what, update, () => {
      update("");
      return work(update);
    }),
  );
}

/** Everything a control plane needs on this machine, each step once; returns the data folder's secret. */
export function runSetUp(options: { trainer: boolean; console?: boolean }): Promise<string> {
  return interruptible(
    () => "what is set up stays, and nothing runs; the same command goes on from here",
    () => setUpEverything(options),
  );
}

async function setUpEverything(options: { trainer: boolean; console?: boolean }): Promise<string> {
  const { secret } = await setUpDataFolder(dataDir);
  await setUpStep("inference engine", setUpEngine);
  await setUpStep("GGUF converters", setUpConverters);
  // pip keeps one core busy and Next the other
  const trainer = options.trainer ? withProgress("trainer environment", setUpTrainer) : Promise.resolve("");
  const build =
    options.console === false
      ? Promise.resolve("unchanged")
      : setUpStep("console build", (update) => buildConsole(distDirOf(), update));
  const [flavour] = await Promise.all([trainer, build]);
  if (flavour && flavour !== "ready") say(`  torch: ${flavour}`);
  return secret;
}
