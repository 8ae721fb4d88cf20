import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { say, seconds } from "#cli/output.ts";
import { root } from "#cli/paths.ts";

type Counts = { passed: number; failed: number; skipped: number };
export type StageResult = Counts & { name: string; ms: number };

/**
 * Run one check, its output on stderr, with `held` as one piece at its end. A check without counts of its own is one test.
 * A non-zero exit is at least one failure, whatever was counted.
 */
export async function runStage(
  name: string,
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; count?: (output: string) => Promise<Counts> | Counts; held?: boolean } = {},
): Promise<StageResult> {
  say(`▸ ${name}`);
  const from = performance.now();
  const child = spawn(program, args, { cwd: root, env: options.env ?? process.env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-200_000);
      if (!options.held) process.stderr.write(chunk);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.once("error", (error) => {
      say(error.message);
      resolve(1);
    });
    child.once("close", (exit) => resolve(exit ?? 1));
  });
  if (options.held) process.stderr.write(output);
  const ok = code === 0;
  const single = { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  const counts = options.count ? await Promise.resolve(options.count(output)).catch(() => single) : single;
  const ms = performance.now() - from;
  say(`  ${name}: exit ${code} in ${seconds(ms)}`);
  return { name, ms, ...counts, failed: ok ? counts.failed : Math.max(1, counts.failed) };
}

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});
const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

/** Counts from vitest's or Playwright's JSON report; a flaky test counts as failed. */
export async function countReport(file: string): Promise<Counts> {
  const report: unknown = JSON.parse(await readFile(file, "utf8"));
  const vitest = VitestReport.safeParse(report);
  if (vitest.success) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = vitest.data;
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  }
  const { stats } = PlaywrightReport.parse(report);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/** Counts from pytest's closing line, `12 passed, 1 skipped in 3.4s`. */
export function countPytest(output: string): Counts {
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(output.slice(-2_000))?.[1] ?? 0);
  return {
    passed: count("passed"),
    failed: count("failed") + count("error"),
    skipped: count("skipped") + count("deselected"),
  };
}
