import { cpus } from "node:os";
import { openWorld, plainTrl } from "#bench/trainer/world.ts";

/**
 * Step time of SFT through our worker (database, queue, events, checkpoints in between) beside the same TRL script alone:
 * `nano` on the triage rows, 220 steps, 20 of them warm-up, five rounds in alternating order.
 */
const json = process.argv.includes("--json");
const rounds = Number(argument("--rounds") ?? 5);
const steps = Number(argument("--steps") ?? 220);
const warmUpSteps = 20;
const goal = 1.02;

const python = process.env.FORGE_TRAINER_PYTHON;
if (!python) throw new Error("FORGE_TRAINER_PYTHON names no interpreter: run this as ./forge bench trainer");
const hyperParameters = { maxSteps: steps, learningRate: 2e-3, maxLength: 128, checkpointEverySteps: 100 };

const world = await openWorld(python);
try {
  const ours: number[] = [];
  const plain: number[] = [];
  let { spec } = await world.throughWorker(hyperParameters); // the first one also warms the disk's cache
  for (let round = 0; round < rounds; round++) {
    const measure = [
      async () => {
        const run = await world.throughWorker(hyperParameters);
        spec = run.spec;
        ours.push(median(run.stepMs.slice(warmUpSteps)));
      },
      async () => void plain.push(median((await plainTrl(python, spec)).slice(warmUpSteps))),
    ];
    for (const each of round % 2 === 0 ? measure : measure.toReversed()) await each();
  }
  const perRound = ours.map((ms, round) => ms / (plain[round] ?? Number.NaN));
  const ratios = { stepTime: median(perRound) };
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
  const measured = { workerStepMs: median(ours), plainStepMs: median(plain), perRound };
  const met = ratios.stepTime <= goal;
  const report = { name: "trainer", machine, steps, rounds, ratios, goals: { stepTime: goal }, met, ...measured };
  console.log(json ? JSON.stringify(report, null, 2) : words(report));
  process.exitCode = met ? 0 : 1;
} finally {
  await world.close();
}

function words(report: {
  workerStepMs: number;
  plainStepMs: number;
  ratios: { stepTime: number };
  perRound: number[];
}) {
  const all = report.perRound.map((ratio) => ratio.toFixed(3)).join(", ");
  return [
    `  through the worker  ${report.workerStepMs.toFixed(1)} ms a step`,
    `  plain TRL           ${report.plainStepMs.toFixed(1)} ms a step`,
    `  ratio               ${report.ratios.stepTime.toFixed(3)} (goal ≤ ${goal}); rounds ${all}`,
  ].join("\n");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
