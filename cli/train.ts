import type { Command } from "commander";
import { connect } from "#cli/client.ts";
import { print } from "#cli/output.ts";
import { describeEstimate, describeRun } from "#cli/runs/describe.ts";
import { waitForRun } from "#cli/runs/follow.ts";
import { addHyperParameters, hyperParametersFrom } from "#cli/runs/hyper-parameters.ts";
import { waitForInputs } from "#cli/runs/wait-for-inputs.ts";
import { DomainError } from "#server/errors.ts";
import type { PlanRun } from "#server/runs/input.ts";
import { inSentence, type Method } from "#server/runs/methods/method.ts";
import { methods } from "#server/runs/methods/table.ts";

type Options = Record<string, unknown> & {
  model: string;
  dataset: string;
  validationDataset?: string;
  as?: string;
  name?: string;
  suffix?: string;
  suite?: string;
  wait?: boolean;
  estimate?: boolean;
};

/** `forge train <method>`: start a run, or with --estimate only say what it would be. */
export function registerTrain(program: Command, table: readonly Method[] = methods): void {
  const train = program.command("train").description("start a training run");
  for (const method of table) addMethod(train, method);
}

function addMethod(train: Command, method: Method) {
  const command = train
    .command(method.name)
    .description(inSentence(method.description.replace(/\.$/, "")))
    .requiredOption("--model <base>", "the base model, e.g. nano")
    .requiredOption("--dataset <name>", "the dataset, e.g. tickets or tickets/3")
    .option(
      "--validation-dataset <name>",
      "validate on this dataset's validation rows, not on those split off the data",
    )
    .option("--as <model>", "the model that a success becomes a version of (default: the dataset's name)")
    .option("--name <name>", "a name for the run")
    .option("--suffix <word>", "fourth part of the ft: name")
    .option("--suite <name>", "evaluate it on this suite afterwards")
    .option(
      "--wait",
      "first for base and data that are being imported, then until it has ended; exit 1 when it did not succeed",
    )
    .option("--estimate", "print steps, tokens, time, memory and cost, as far as they are known, and start nothing");
  addHyperParameters(command, method).action(async (options: Options, command: Command) => {
    const connection = connect(command.optsWithGlobals());
    const plan = askedOf(method, options);
    if (options.estimate) {
      const estimate = await connection.trpc.runs.estimate.query(plan);
      if (!estimate.ok) throw new DomainError("REFUSED", estimate.message, { field: estimate.field ?? undefined });
      return print(command, estimate, describeEstimate);
    }
    if (options.wait) await waitForInputs(connection, plan);
    const started = await connection.trpc.runs.start.mutate({ ...plan, name: options.name, suffix: options.suffix });
    if (!options.wait) {
      return print(command, started, (run) => `${run.name} queued, ${run.totalSteps} steps: forge runs show ${run.id}`);
    }
    const ended = await waitForRun(connection, started.id);
    print(command, ended, describeRun);
    if (ended.status !== "succeeded") process.exitCode = 1;
  });
}

function askedOf(method: Method, options: Options) {
  const asked = {
    base: options.model,
    dataset: options.dataset,
    modelName: options.as,
    suite: options.suite,
    validationDataset: options.validationDataset,
    method: method.name,
    hyperParameters: hyperParametersFrom(method, options),
  };
  return asked as PlanRun; // safe because the method and its settings come from the table that PlanRun is made of
}
