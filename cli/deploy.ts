import { setTimeout as sleep } from "node:timers/promises";
import type { inferRouterOutputs } from "@trpc/server";
import { type Command, InvalidArgumentError } from "commander";
import { connect } from "#cli/client.ts";
import { addDelete } from "#cli/deletion.ts";
import { interruptible } from "#cli/interrupt.ts";
import { collect, type Paging, paged, printList } from "#cli/list.ts";
import { print, table, withProgress } from "#cli/output.ts";
import { percent, rebalance } from "#server/deployments/weights.rule.ts";
import { DomainError } from "#server/errors.ts";
import type { AppRouter } from "#server/router.ts";

const pollMs = 500;
const readyWithinMs = 300_000;

type Trpc = ReturnType<typeof connect>["trpc"];
type Deployment = inferRouterOutputs<AppRouter>["deployments"]["show"];

/** `forge deploy create|weight|add|status|list|retire`. */
export function registerDeploy(program: Command): void {
  const deploy = program.command("deploy").description("names that API clients call, and who answers them");
  deploy
    .command("create")
    .description("give a model version a name of its own")
    .argument("<name>", "what clients put into `model`")
    .requiredOption(
      "--revision <model=percent...>",
      "nano, support/3=80, support@champion=20; shares sum to 100",
      share,
    )
    .option("--take-over", "the name is a model's: its callers move to the deployment")
    .option("--wait", "until every revision with traffic is loaded and proved")
    .action(
      async (name: string, options: { revision: Share[]; takeOver?: boolean; wait?: boolean }, command: Command) => {
        const { trpc } = connect(command.optsWithGlobals());
        const revisions = fill(options.revision);
        const created = await trpc.deployments.create.mutate({ name, takeOver: options.takeOver, revisions });
        const shown = options.wait ? await waitUntilReady(trpc, created.id) : await show(trpc, created.id);
        print(command, shown, describe);
      },
    );
  addDelete(
    deploy,
    "deployment",
    {
      argument: "<name>",
      help: "a deployment's name, id or short id",
      description: "delete a retired deployment; the log of its requests stays",
    },
    async ({ trpc }, deployment) => {
      const affects = await trpc.deployments.deleteAffects.query({ deployment });
      return { affects, remove: () => trpc.deployments.delete.mutate({ deployment: affects.id }) };
    },
  );
  deploy
    .command("weight")
    .description("move traffic: one revision gets the share, the others give way in proportion")
    .argument("<name>", "a deployment's name, id or short id")
    .argument("<revision>", "v2, 2, or the model version like support/3")
    .argument("<percent>", "0 to 100", percentage)
    .action(async (name: string, revision: string, share: number, _options: unknown, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const deployment = await show(trpc, name);
      const expected = deployment.revisions.map(({ id, weightBps }) => ({ revisionId: id, weightBps }));
      const weights = rebalance(expected, findRevision(deployment, revision).id, share * 100);
      await trpc.deployments.setWeights.mutate({ deploymentId: deployment.id, weights, expected });
      print(command, await show(trpc, deployment.id), describe);
    });
  deploy
    .command("add")
    .description("put another model version beside the present ones, without traffic")
    .argument("<name>", "a deployment's name, id or short id")
    .argument("<model>", "support/3, support@champion or a fine-tuned name")
    .option("--wait", "until it is loaded and proved")
    .action(async (name: string, model: string, options: { wait?: boolean }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const deployment = await show(trpc, name);
      await trpc.deployments.addRevision.mutate({ deploymentId: deployment.id, model });
      const shown = options.wait ? await waitUntilReady(trpc, deployment.id) : await show(trpc, deployment.id);
      print(command, shown, describe);
    });
  deploy
    .command("status")
    .description("who answers, how much of the traffic each gets, and whether it is loaded")
    .argument("<name>", "a deployment's name, id or short id")
    .option("--wait", "until every live revision is ready")
    .action(async (name: string, options: { wait?: boolean }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      print(command, options.wait ? await waitUntilReady(trpc, name) : await show(trpc, name), describe);
    });
  paged(deploy.command("list"))
    .description("the deployments of the project, newest first")
    .option("--retired", "those that were retired instead")
    .action(async ({ retired, ...paging }: Paging & { retired?: boolean }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const list = await collect((page) => trpc.deployments.list.query({ retired, ...page }), paging);
      printList(command, list, ["name", "traffic", "requests/h", "failed"], (row) => [
        row.name,
        formatTraffic(row.revisions),
        row.requests,
        row.failed,
      ]);
    });
  deploy
    .command("retire")
    .description("end a deployment; a model of the same name answers its callers again")
    .argument("<name>", "a deployment's name, id or short id")
    .action(async (name: string, _options: unknown, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const deployment = await show(trpc, name);
      const retired = await trpc.deployments.archive.mutate({ deploymentId: deployment.id });
      print(command, retired, formatRetired);
    });
}

function formatRetired({ name, answeredBy }: { name: string; answeredBy: string | null }): string {
  return `${name} is retired; ${answeredBy ? `${answeredBy} answers its callers now` : "its callers get “model not found”"}`;
}

type Share = { model: string; weightBps: number | null };

/** `MODEL` or `MODEL=PERCENT`, once per revision. */
function share(text: string, before: readonly Share[] = []): Share[] {
  const at = text.lastIndexOf("=");
  const one =
    at < 0 ? { model: text, weightBps: null } : { model: text.slice(0, at), weightBps: bps(text.slice(at + 1)) };
  return [...before, one];
}

/** A single revision without a share gets everything. */
export function fill(shares: readonly Share[]): { model: string; weightBps: number }[] {
  const given = shares.reduce((sum, one) => sum + (one.weightBps ?? 0), 0);
  const open = shares.filter((one) => one.weightBps === null).length;
  if (open > 1) throw new DomainError("INVALID", "say a share for every revision but one, like support/3=80");
  return shares.map(({ model, weightBps }) => ({ model, weightBps: weightBps ?? Math.max(0, 10_000 - given) }));
}

function percentage(text: string): number {
  return bps(text) / 100;
}

function bps(text: string): number {
  const value = Number(text.replace(/%$/, ""));
  if (text.trim() === "" || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError("a share is 0 to 100 percent");
  return Math.round(value * 100);
}

function show(trpc: Trpc, deployment: string): Promise<Deployment> {
  return trpc.deployments.show.query({ deployment });
}

function findRevision(deployment: Deployment, text: string) {
  const number = /^v?(\d+)$/.exec(text)?.[1];
  const found = deployment.revisions.find((revision) =>
    number
      ? revision.number === Number(number)
      : `${revision.model}/${revision.version}` === text || revision.id === text,
  );
  if (found) return found;
  const known = deployment.revisions.map((revision) => `v${revision.number} (${revision.model}/${revision.version})`);
  throw new DomainError("NOT_FOUND", `${deployment.name} has no live revision ${text}; it has ${known.join(", ")}`);
}

/** Poll until every live revision is ready; REFUSED with the reason as soon as one has failed. */
async function waitUntilReady(trpc: Trpc, name: string): Promise<Deployment> {
  const wait = async (update: (detail: string) => void) => {
    const deadline = performance.now() + readyWithinMs;
    for (;;) {
      const deployment = await show(trpc, name);
      const waiting = deployment.revisions.find((revision) => revision.notReady !== null);
      if (!waiting) return deployment;
      const failed = waiting.replicas.some((replica) => replica.status === "failed");
      if (failed || performance.now() > deadline)
        throw new DomainError("REFUSED", `v${waiting.number} of ${deployment.name} is not ready: ${waiting.notReady}`);
      update(`v${waiting.number}: ${waiting.notReady}`);
      await sleep(pollMs);
    }
  };
  const goesOn = () => `loading goes on: ./forge deploy status ${name}`;
  return interruptible(goesOn, () => withProgress("loading and proving", wait));
}

function formatTraffic(revisions: readonly { number: number; weightBps: number; model: string; version: number }[]) {
  return revisions
    .filter((revision) => revision.weightBps > 0)
    .map(({ number, model, version, weightBps }) => `v${number} ${model}/${version} ${percent(weightBps)}`)
    .join(", ");
}

function describe(deployment: Deployment): string {
  const rows = deployment.revisions.map(({ number, model, version, weightBps, aliases, notReady }) => [
    `v${number}`,
    `${model}/${version}`,
    aliases.join(", ") || null,
    percent(weightBps),
    notReady ?? "ready",
  ]);
  return `${deployment.name}  ${deployment.id}\n${table(["revision", "model", "alias", "traffic", "state"], rows)}`;
}
