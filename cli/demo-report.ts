import type { CallSummary } from "#cli/demo-calls.ts";
import { seconds, table } from "#cli/output.ts";
import type { GraderSummary } from "#db/eval-summary.ts";

export type DemoReport = {
  problems: string[];
  times: { step: string; ms: number }[];
  totalMs: number;
  data: { trainRows: number; validationRows: number; heldOutRows: number };
  training: {
    steps: number;
    loss: number | null;
    tokensPerSecond: number | null;
    trainedTokens: number | null;
    seconds: number;
  };
  evaluation: { graders: GraderSummary[]; candidate: string; baseline: string };
  promotion: string;
  canary: CallSummary;
  full: CallSummary;
  /** null where the people of this control plane have accounts of their own */
  console: { url: string; email: string | null; password: string | null };
  apiUrl: string;
};

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const ms = (value: number | null) => (value === null ? "not measured" : `${value.toFixed(0)} ms`);

/** The table at the end of the demo: only what this run measured. */
export function describeReport(report: DemoReport): string {
  const { data, training, evaluation, canary, full } = report;
  const [headline] = evaluation.graders;
  const between = (side: { score: number; low: number; high: number }) =>
    `${percent(side.score)}  (95 % interval ${percent(side.low)} to ${percent(side.high)})`;
  const calls = (stage: CallSummary) =>
    `${stage.calls} calls, ${stage.tuned} to the tuned model, ${stage.exact} exact, ${stage.failed} failed, first token p50 ${ms(stage.ttftP50Ms)}, ${stage.tokensPerSecond?.toFixed(0) ?? "not measured"} tokens/s`;
  const rows = [
    ["data", `${data.trainRows} tickets to train on, ${data.validationRows} to validate, ${data.heldOutRows} held out`],
    [
      "training",
      `${training.steps} steps in ${seconds(training.seconds * 1000)}, loss ${training.loss?.toPrecision(4) ?? "not measured"}, ${training.tokensPerSecond?.toFixed(0) ?? "not measured"} tokens/s`,
    ],
    ...(headline
      ? [
          [`exact JSON, ${evaluation.baseline}`, between(headline.baseline)],
          [`exact JSON, ${evaluation.candidate}`, between(headline.candidate)],
          [
            "difference",
            `${headline.wins} won, ${headline.losses} lost, ${headline.ties} tied, McNemar p ${headline.pValue === null ? "not measured" : headline.pValue < 0.0001 ? "< 0.0001" : headline.pValue.toPrecision(2)}: ${headline.verdict}`,
          ],
        ]
      : []),
    ["promotion", report.promotion],
    ["at 20 %", calls(canary)],
    ["at 100 %", calls(full)],
    ["total", seconds(report.totalMs)],
  ];
  const { email, password } = report.console;
  const signIn = email ? `sign in as ${email} with ${password}` : "sign in with your account";
  const verdict =
    report.problems.length === 0 ? "Every step passed." : report.problems.map((problem) => `✗ ${problem}`).join("\n");
  return [
    "",
    table(["measured in this run", ""], rows),
    "",
    verdict,
    "",
    `console  ${report.console.url}   ${signIn}`,
    `API      ${report.apiUrl}`,
    "./forge status · ./forge logs · ./forge down",
  ].join("\n");
}
