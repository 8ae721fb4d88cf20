import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { z } from "zod";
import { registerDatasets } from "#cli/datasets.ts";
import { registerDemo } from "#cli/demo.ts";
import { registerDeploy } from "#cli/deploy.ts";
import { registerDoctor } from "#cli/doctor.ts";
import { registerDown } from "#cli/down.ts";
import { registerEvals } from "#cli/evals.ts";
import { registerKeys } from "#cli/keys.ts";
import { registerLogs } from "#cli/logs.ts";
import { registerModels } from "#cli/models.ts";
import { wantsJson } from "#cli/output.ts";
import { root, toolsDir, trainerPython } from "#cli/paths.ts";
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

/** `forge bench NAME`: a benchmark prints ratios beside a peer in the same run; loopback only, ends by itself. */
function registerBench(program: Command): void {
  const names = readdirSync(join(root, "bench"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".ts".length));
  program
    .command("bench")
    .description("measure this machine: ratios beside a peer in the same run")
    .addArgument(new Argument("<name>", "which benchmark").choices(names))
    .argument("[options...]", "options of the benchmark, like --minutes 10 for fuzz")
    .allowUnknownOption()
    .action(async (name: string, own: string[], _options: unknown, command: Command) => {
      const args = [join(root, "bench", `${name}.ts`), ...own, ...(wantsJson(command) ? ["--json"] : [])];
      const env = { ...process.env, FORGE_TOOLS: toolsDir, FORGE_TRAINER_PYTHON: trainerPython };
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
        cwd: root,
        env,
        stdio: "inherit",
      });
      process.exitCode = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
    });
}
