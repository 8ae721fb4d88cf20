import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { registerBench } from "#cli/bench.ts";
import { registerDatasets } from "#cli/datasets.ts";
import { registerDemo } from "#cli/demo.ts";
import { registerDeploy } from "#cli/deploy.ts";
import { registerDoctor } from "#cli/doctor.ts";
import { registerDown } from "#cli/down.ts";
import { registerEvals } from "#cli/evals.ts";
import { registerKeys } from "#cli/keys.ts";
import { registerLogs } from "#cli/logs.ts";
import { registerModels } from "#cli/models.ts";
import { root } from "#cli/paths.ts";
import { registerPeople } from "#cli/people.ts";
import { registerProjects } from "#cli/projects.ts";
import { registerRuns } from "#cli/runs.ts";
import { registerStatus } from "#cli/status.ts";
import { registerTest } from "#cli/test.ts";
import { registerTrain } from "#cli/train.ts";
import { registerUp } from "#cli/up.ts";

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** The whole command line, not yet parsed. */
export const program = new Command("forge")
  .description("LargeForge: upload JSONL, fine-tune, evaluate, promote, roll out, serve, account.")
  .version(version, "--version", "print the version")
  .option("--json", "one JSON document on stdout, nothing else")
  .option("--project <slug>", "the project to work in (default: FORGE_PROJECT, or `default`)")
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

// One line a command; each file brings its own sub-commands.
const commands = [
  // set-up and operation
  registerTest,
  registerUp,
  registerDown,
  registerStatus,
  registerLogs,
  registerDoctor,
  registerBench,
  // the main job
  registerDemo,
  registerDatasets,
  registerDeploy,
  registerEvals,
  registerKeys,
  registerModels,
  registerPeople,
  registerProjects,
  registerRuns,
  registerTrain,
];
for (const register of commands) register(program);
