import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { type Connection, connect } from "#cli/client.ts";
import { callThroughClient, summarise } from "#cli/demo-calls.ts";
import { type DemoReport, describeReport } from "#cli/demo-report.ts";
import { deployBeside, evaluate, loadData, promote, train } from "#cli/demo-steps.ts";
import { stopEverything } from "#cli/down.ts";
import { interruptible } from "#cli/interrupt.ts";
import { print, say, seconds } from "#cli/output.ts";
import { dataDir } from "#cli/paths.ts";
import { runSetUp } from "#cli/setup/run-set-up.ts";
import { runningProcesses, startSupervisor } from "#cli/up.ts";
import { checkStartSettings } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";

/** The tuned model must give exactly the right JSON this often on held-out tickets for the demo to count as passed. */
const leastExact = 0.9;

/** `forge demo`: the whole main job on the sample, each step with its time and its numbers; the console stays up. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("set everything up and run the whole main job on sample data")
    .option("--exit", "stop at the end what the demo started; exit 0 only if every step truly passed")
    .action(async (options: { exit?: boolean }, command: Command) => {
      const ranBefore = runningProcesses() !== null;
      try {
        const report = await interruptible(() => whenInterrupted(options.exit === true && !ranBefore), runDemo);
        print(command, report, describeReport);
        if (report.problems.length > 0) process.exitCode = 1;
      } finally {
        if (options.exit && ranBefore) say("it ran before the demo and goes on: ./forge down stops it");
        else if (options.exit) await stopEverything();
      }
    });
}

/** What an interrupted demo leaves running, and how to go on. */
async function whenInterrupted(stop: boolean): Promise<string> {
  if (stop) await stopEverything();
  const running = runningProcesses();
  if (!running) return "nothing runs; ./forge demo goes on with what is set up and begins its steps again";
  return [
    `console and API stay up, with any training under way: ${running.consoleUrl}`,
    "  ./forge demo begins its steps again; ./forge down stops everything",
  ].join("\n");
}

async function runDemo(): Promise<DemoReport> {
  const from = performance.now();
  const times: DemoReport["times"] = [];
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    say(`▸ ${name}`);
    const start = performance.now();
    const result = await work();
    const ms = performance.now() - start;
    times.push({ step: name, ms });
    say(`  ${name}: ${seconds(ms)}`);
    return result;
  };

  await step("set up and start", startAll);
  const connection = connect({ project: "default" });
  const data = await step("upload tickets", () => loadData(connection));
  const trained = await step("fine-tune nano", () => train(connection, data.dataset));
  const evaluated = await step("evaluate against the base", () => evaluate(connection, data.suite, trained.version));
  const promotion = await step("promote", () => promote(connection, data.suite, trained));
  const deployment = await step("deploy: base 80 %, tuned 20 %", () => deployBeside(connection, trained.version));
  const canary = await step("20 calls through the OpenAI client", () =>
    callThroughClient(connection, deployment, data.questions, "canary"),
  );
  await step("move all traffic to the tuned model", () => deployment.moveTo(100));
  const full = await step("20 more calls", () => callThroughClient(connection, deployment, data.questions, "full"));

  const account = await accountToShow(connection, dataDir);
  const headline = evaluated.graders[0];
  const problems = [
    ...(headline && headline.candidate.score >= leastExact
      ? []
      : [`exact JSON on held-out tickets is below ${leastExact * 100} %`]),
    ...(full.every((call) => call.revision === deployment.tunedRevision)
      ? []
      : ["at 100 % a call was answered by another revision"]),
    ...[...canary, ...full].filter((call) => call.error !== null).map((call) => `a call failed: ${call.error}`),
  ];
  return {
    problems,
    times,
    totalMs: performance.now() - from,
    data: data.counts,
    training: trained.numbers,
    evaluation: evaluated,
    promotion,
    canary: summarise(canary, deployment.tunedRevision),
    full: summarise(full, deployment.tunedRevision),
    console: { url: connection.url, email: account?.email ?? null, password: account?.password ?? null },
    apiUrl: connection.apiUrl,
  };
}

/** Nothing to do when it runs already. Throws CONFLICT while nobody has opened the first-admin link: there is no project yet. */
async function startAll() {
  const running = runningProcesses();
  if (running?.firstAdminUrl) {
    throw new DomainError(
      "CONFLICT",
      `LargeForge runs already, but nobody has opened its first-admin link, so there is no project to work in: open ${running.firstAdminUrl} first; or ./forge down, then the demo makes an account of its own`,
    );
  }
  if (running) return;
  checkStartSettings();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const account = demoAccount(dataDir);
  process.env.FORGE_ADMIN_EMAIL = account.email;
  process.env.FORGE_ADMIN_PASSWORD = account.password;
  await startSupervisor(await runSetUp({ trainer: true }));
}

const Account = z.object({ email: z.string(), password: z.string() });
type DemoAccount = z.infer<typeof Account>;

/**
 * Who may sign in to look at a demo that is about to start: FORGE_ADMIN_EMAIL and FORGE_ADMIN_PASSWORD, else an account
 * made once for this data folder and kept in `demo-account` (mode 0600), so that a second run prints it again.
 */
export function demoAccount(dataDir: string): DemoAccount {
  const known = knownAccount(dataDir);
  if (known) return known;
  const made = { email: "demo@example.com", password: randomBytes(12).toString("base64url") };
  writeFileSync(join(dataDir, "demo-account"), JSON.stringify(made), { mode: 0o600 });
  return made;
}

/** The demo's account when it belongs to somebody here; null where people came before the demo and have accounts of their own. */
export async function accountToShow({ trpc }: Connection, dataDir: string): Promise<DemoAccount | null> {
  const account = knownAccount(dataDir);
  if (!account) return null;
  const email = account.email.toLowerCase();
  return (await trpc.projects.members.query({ search: email })).items.some((member) => member.email === email)
    ? account
    : null;
}

function knownAccount(dataDir: string): DemoAccount | null {
  const { FORGE_ADMIN_EMAIL: email, FORGE_ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  const file = join(dataDir, "demo-account");
  return existsSync(file) ? Account.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}
