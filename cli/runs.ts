import { setTimeout as sleep } from "node:timers/promises";
import { type Command, Option } from "commander";
import { type Connection, connect } from "#cli/client.ts";
import { addDelete } from "#cli/deletion.ts";
import { collect, type Paging, paged, printList } from "#cli/list.ts";
import { print, wantsJson } from "#cli/output.ts";
import { describeRun } from "#cli/runs/describe.ts";
import { waitForRun } from "#cli/runs/follow.ts";
import { lastLine, storyLines } from "#components/runs/story.ts";
import { type RunStatus, runStatuses } from "#db/enums.ts";
import { isAtRest } from "#server/runs/status.rule.ts";

const pollMs = 1_000;
const pageSize = 1_000;

/** `forge runs list|show|logs|cancel|pause|resume`. A run is meant by its name, its id or the last six characters of it. */
export function registerRuns(program: Command): void {
  const runs = program.command("runs").description("training runs");
  registerReading(runs);
  addDelete(
    runs,
    "run",
    {
      argument: "<run>",
      help: "its name, id or short id",
      description: "delete a run that has ended, with its checkpoints, events and log",
    },
    async ({ trpc }, runId) => {
      const affects = await trpc.runs.deleteAffects.query({ runId });
      return { affects, remove: () => trpc.runs.delete.mutate({ runId: affects.id }) };
    },
  );
  const verbs = {
    cancel: "stop a run; it keeps a checkpoint",
    pause: "stop a run for now and free the device; it keeps a checkpoint",
    resume: "go on with a paused, cancelled or failed run",
  } as const;
  for (const verb of ["cancel", "pause", "resume"] as const) {
    runs
      .command(verb)
      .description(verbs[verb])
      .argument("<run>", "its name, id or short id")
      .option("--wait", "until it has ended or stopped")
      .action(async (runId: string, options: { wait?: boolean }, command: Command) => {
        const connection = connect(command.optsWithGlobals());
        const changed = await connection.trpc.runs[verb].mutate({ runId });
        if (!options.wait) return print(command, changed, (run) => `${run.name} is ${run.status}`);
        const ended = await waitForRun(connection, changed.id);
        print(command, ended, describeRun);
        if (verb === "resume" && ended.status !== "succeeded") process.exitCode = 1;
      });
  }
}

function registerReading(runs: Command) {
  paged(runs.command("list"))
    .description("the runs of the project, newest first")
    .addOption(new Option("--status <status>", "only these").choices([...runStatuses]))
    .action(async ({ status, ...paging }: Paging & { status?: RunStatus }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const only = status ? { status: [status] } : {};
      const list = await collect((page) => trpc.runs.list.query({ ...only, ...page }), paging);
      printList(command, list, ["id", "name", "status", "step", "loss", "base", "dataset"], (run) => [
        run.id,
        run.name,
        run.status,
        `${run.step}/${run.totalSteps ?? "?"}`,
        run.loss?.toPrecision(4) ?? null,
        `${run.base}/${run.baseVersion}`,
        `${run.dataset}/${run.datasetVersion}`,
      ]);
    });
  runs
    .command("show")
    .description("one run: how far it is, why it ended, what it made")
    .argument("<run>", "its name, id or short id")
    .action(async (runId: string, _options: unknown, command: Command) => {
      print(command, await connect(command.optsWithGlobals()).trpc.runs.show.query({ runId }), describeRun);
    });
  runs
    .command("logs")
    .description("the run's log: what happened, and what the trainer's libraries printed")
    .argument("<run>", "its name, id or short id")
    .option("-f, --follow", "go on until the run has ended")
    .action(async (runId: string, options: { follow?: boolean }, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const { id } = await connection.trpc.runs.show.query({ runId });
      if (wantsJson(command)) {
        const events = await allEvents(connection, id);
        return print(command, { ...(await connection.trpc.runs.log.query({ runId: id })), events }, () => "");
      }
      await copyLog(connection, id, options.follow === true);
    });
}

async function copyLog({ trpc }: Pick<Connection, "trpc">, runId: string, follow: boolean) {
  let [event, byte] = [0, 0];
  for (;;) {
    const run = await trpc.runs.show.query({ runId });
    const events = await allEvents({ trpc }, runId, event);
    const { text, end } = await trpc.runs.log.query({ runId, after: byte });
    for (const line of storyLines(events)) process.stdout.write(`${line}\n`);
    process.stdout.write(text);
    [event, byte] = [events.at(-1)?.seq ?? event, end];
    const isOver = isAtRest(run.status) && (!follow || (events.length === 0 && text === ""));
    const last = lastLine(run);
    if (isOver && last) process.stdout.write(`${last}\n`);
    if (isOver || !follow) return;
    await sleep(pollMs);
  }
}

/** Every event after one, but only some of the steps. */
async function allEvents({ trpc }: Pick<Connection, "trpc">, runId: string, after = 0) {
  const events = [];
  for (let from: number | null = after; from !== null; ) {
    const page: Awaited<ReturnType<typeof trpc.runs.events.query>> = await trpc.runs.events.query({
      runId,
      after: from,
      limit: pageSize,
      steps: "few",
    });
    events.push(...page.items);
    from = page.nextAfter;
  }
  return events;
}
