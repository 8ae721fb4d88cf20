import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { connect } from "#cli/client.ts";
import { addDelete } from "#cli/deletion.ts";
import { interruptible } from "#cli/interrupt.ts";
import { collect, type Paging, paged, printList } from "#cli/list.ts";
import { parseCount } from "#cli/options.ts";
import { print, table, withProgress } from "#cli/output.ts";
import type { GraderSummary } from "#db/eval-summary.ts";
import { DomainError } from "#server/errors.ts";
import { graderKinds, graders, optionKey, readOptions } from "#server/evals/graders.rule.ts";
import { CreateSuite } from "#server/evals/input.ts";
import { formatLeftOut } from "#server/evals/left-out.rule.ts";
import { formatOverlap } from "#server/evals/overlap.rule.ts";

const pollMs = 500;

type Trpc = ReturnType<typeof connect>["trpc"];

/** `forge evals run|list|show` and `forge evals suites list|create`. */
export function registerEvals(program: Command): void {
  const evals = program.command("evals").description("compare model versions on a suite");
  evals
    .command("run")
    .description("compare a model with a baseline on a suite")
    .requiredOption("--suite <name>", "the suite")
    .requiredOption("--model <name>", "the candidate: NAME/3, NAME@champion or a fine-tuned name")
    .requiredOption("--baseline <name>", "what it is compared with")
    .option("--wait", "until it has ended; exit 5 when the candidate is worse")
    .action(async (options: { suite: string; model: string; baseline: string; wait?: boolean }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const started = await trpc.evals.start.mutate({
        suite: options.suite,
        candidate: options.model,
        baseline: options.baseline,
      });
      if (!options.wait) return print(command, started, (row) => `${row.id} queued, ${row.casesTotal} calls`);
      const ended = await waitForEval(trpc, started.id);
      print(command, ended, describeEval);
      if (ended.summary?.graders[0]?.verdict === "worse") process.exitCode = 5;
    });
  paged(evals.command("list"))
    .description("the evals of the project, newest first")
    .action(async (paging: Paging, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const list = await collect((page) => trpc.evals.list.query(page), paging);
      const headers = ["id", "suite", "candidate", "baseline", "status", "difference", "cases trained on"];
      printList(command, list, headers, (row) => [
        row.id,
        row.suite.name,
        row.candidate,
        row.baseline,
        row.status,
        row.headline ? points(row.headline.difference) : null,
        row.overlap ? `${row.overlap.either} of ${row.overlap.cases}` : null,
      ]);
    });
  addDelete(
    evals,
    "eval",
    { argument: "<eval>", help: "its id or short id", description: "delete an eval with its answers and scores" },
    async ({ trpc }, evalId) => {
      const affects = await trpc.evals.deleteAffects.query({ evalId });
      return { affects, remove: () => trpc.evals.delete.mutate({ evalId: affects.id }) };
    },
  );
  evals
    .command("show")
    .description("one eval with its verdict")
    .argument("<eval>", "its id or short id, or a suite that ran once")
    .action(async (evalId: string, _options: unknown, command: Command) => {
      print(command, await connect(command.optsWithGlobals()).trpc.evals.show.query({ evalId }), describeEval);
    });
  registerSuites(evals);
}

function registerSuites(evals: Command) {
  const suites = evals.command("suites").description("the suites that evals run on");
  addDelete(
    suites,
    "suite",
    { argument: "<name>", help: "its name or id", description: "delete a suite with its cases" },
    async ({ trpc }, suite) => {
      const affects = await trpc.evals.deleteSuiteAffects.query({ suite });
      return { affects, remove: () => trpc.evals.deleteSuite.mutate({ suite }) };
    },
  );
  paged(suites.command("list"))
    .description("the suites of the project, newest first")
    .action(async (paging: Paging, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const list = await collect((page) => trpc.evals.suites.query(page), paging);
      printList(command, list, ["name", "cases", "from", "graders", "evals"], (suite) => [
        suite.name,
        suite.cases,
        `${suite.dataset}/${suite.datasetVersion} ${suite.split}`,
        suite.graders.map((grader) => grader.name).join(", "),
        suite.evals,
      ]);
    });
  suites
    .command("create")
    .description("freeze a split of a dataset version as a suite")
    .requiredOption("--name <name>", "what evals call it")
    .requiredOption("--dataset <name>", "NAME or NAME/2")
    .option("--split <split>", "train or validation", "validation")
    .option("--grader <kind...>", `${graderKinds.join(", ")}; the first is the headline`, ["exact_match"])
    .option("--grader-option <option=value...>", optionsSaid(graderKinds), [])
    .option("--max-tokens <n>", "how long an answer may be", parseCount, 128)
    .action(
      async (
        options: {
          name: string;
          dataset: string;
          split: string;
          grader: string[];
          graderOption: string[];
          maxTokens: number;
        },
        command: Command,
      ) => {
        checkKinds(options.grader);
        const typed = readGraderOptions(options.grader, options.graderOption);
        const { trpc } = connect(command.optsWithGlobals());
        const { version } = await trpc.datasets.show.query({ ref: options.dataset });
        const request = CreateSuite.safeParse({
          name: options.name,
          datasetVersionId: version.id,
          split: options.split,
          graders: options.grader.map((kind) => ({ name: kind, kind, ...readOptions(kind, typed) })),
          maxTokens: options.maxTokens,
        });
        if (!request.success) {
          const [issue] = request.error.issues;
          throw new DomainError("INVALID", issue?.message ?? "the suite is not valid", {
            field: issue?.path.join("."),
          });
        }
        print(command, await trpc.evals.createSuite.mutate(request.data), ({ name, cases, leftOut, unpassable }) =>
          [
            `${name}: ${cases} cases`,
            formatLeftOut(cases, leftOut) ?? "",
            ...unpassable.map(
              (one) => `${one.grader} fails ${one.cases} of them whatever is answered: see their references`,
            ),
          ]
            .filter(Boolean)
            .join("\n"),
        );
      },
    );
}

/** Throws INVALID with the graders there are when one of these is none. */
export function checkKinds(kinds: readonly string[]): void {
  const unknown = kinds.find((kind) => !graderKinds.some((known) => known === kind));
  if (unknown !== undefined)
    throw new DomainError("INVALID", `there is no grader ${unknown}: --grader takes ${graderKinds.join(", ")}`);
}

/** Names of the options that graders of these kinds take. */
function namesOf(kinds: readonly string[]): string[] {
  return graderKinds
    .filter((kind) => kinds.includes(kind))
    .flatMap((kind) => Object.keys(graders[kind].asks).map((option) => optionKey(kind, option)));
}

function optionsSaid(kinds: readonly string[]): string {
  return namesOf(kinds)
    .map((name) => `${name}=VALUE`)
    .join(", ");
}

/** `json_fields.fields=category,priority` → what was typed, by name. Throws INVALID for what the chosen graders do not take. */
export function readGraderOptions(kinds: readonly string[], pairs: readonly string[]): Record<string, string> {
  const known = namesOf(kinds);
  const typed = pairs.map((pair) => {
    const [name = "", ...value] = pair.split("=");
    if (value.length > 0 && known.includes(name)) return [name, value.join("=")] as const;
    throw new DomainError(
      "INVALID",
      `--grader-option ${pair}: the chosen graders take ${optionsSaid(kinds) || "nothing"}`,
    );
  });
  return Object.fromEntries(typed);
}

/** Poll until an eval has ended, with its progress on stderr. Throws when it failed. */
export async function waitForEval(trpc: Trpc, evalId: string) {
  const wait = async (update: (detail: string) => void) => {
    for (;;) {
      const shown = await trpc.evals.show.query({ evalId });
      update(`${shown.row.casesDone} of ${shown.row.casesTotal} calls`);
      if (shown.row.status === "succeeded") return shown;
      if (shown.row.status === "failed" || shown.row.status === "cancelled") {
        throw new DomainError("REFUSED", shown.row.error?.message ?? `the eval was ${shown.row.status}`);
      }
      await sleep(pollMs);
    }
  };
  const goesOn = () => `the eval goes on: ./forge evals show ${evalId}`;
  return interruptible(goesOn, () => withProgress("evaluating", wait));
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function points({ score, low, high }: GraderSummary["difference"]) {
  const signed = (share: number) => `${share >= 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(1)}`;
  return `${signed(score)} points (95 % interval ${signed(low)} to ${signed(high)})`;
}

function describeEval({
  row,
  suite,
  candidate,
  baseline,
  summary,
}: Awaited<ReturnType<Trpc["evals"]["show"]["query"]>>): string {
  const head = `${candidate.name} against ${baseline.name} on ${suite.name}: ${row.status}`;
  if (!summary) return `${head}, ${row.casesDone} of ${row.casesTotal} calls`;
  const rows = summary.graders.map((g) => [
    g.name,
    ...(g.n > 0
      ? [percent(g.baseline.score), percent(g.candidate.score), points(g.difference)]
      : ["not measured", "not measured", "not measured"]),
    `${g.wins}/${g.losses}/${g.ties}`,
    g.pValue === null ? null : g.pValue.toPrecision(2),
    g.verdict,
  ]);
  const columns = ["grader", baseline.name, candidate.name, "difference", "won/lost/tied", "McNemar p", "verdict"];
  const overlap =
    formatOverlap(summary.overlap, { candidate: candidate.name, baseline: baseline.name }) ??
    "Neither was trained on any of the cases.";
  return `${head}\n${table(columns, rows)}\n${overlap}`;
}
