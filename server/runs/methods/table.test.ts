import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { z } from "zod";
import { registerTrain } from "#cli/train.ts";
import { readSettings } from "#components/runs/draft.ts";
import { HyperFields } from "#components/runs/hyper-fields.tsx";
import { fromOpenAi, toOpenAi } from "#server/gateway/control/jobs/hyper-parameters.rule.ts";
import { jobMethod } from "#server/gateway/control/jobs/input.ts";
import { specOf } from "#server/runs/contract.ts";
import { anyMethod } from "#server/runs/input.ts";
import { number } from "#server/runs/methods/field.ts";
import { loraFields, loraFixed, loraWorkload } from "#server/runs/methods/lora.ts";
import { defineMethod, type Method, suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";
import { chosenIn, settingsOf } from "#server/runs/methods/spec.ts";
import { methods } from "#server/runs/methods/table.ts";

/** A method that is not shipped: noise on the embeddings (NEFTune). Its trainer is in trainer/tests/fixtures/invented. */
const noisy = defineMethod({
  name: "noisy",
  label: "Noisy",
  title: "Noisy fine-tuning",
  description: "Fine-tuning with noise on the embeddings.",
  shapes: ["messages"],
  refusals: { text: "holds texts, which have no answer" },
  fields: {
    ...loraFields,
    noiseAlpha: number({
      label: "Noise alpha",
      help: "Strength of the noise.",
      group: "main",
      min: 0,
      max: 20,
      path: "optim.noiseAlpha",
      flag: "--noise-alpha <number>",
      suggest: 5,
      openai: { name: "noise" },
    }),
  },
  fixed: loraFixed,
  openaiType: "noisy",
  workload: loraWorkload,
});
const table: readonly [Method, ...Method[]] = [...methods, noisy];

test("a method that is only declared is one more choice of the input, with its own bounds", () => {
  const PlanRun = anyMethod({ base: z.string() }, table);
  const ask = (more: object) => PlanRun.safeParse({ base: "nano", ...more });
  expect(ask({ method: "noisy", hyperParameters: { noiseAlpha: 3, epochs: 1 } }).success).toBe(true);
  expect(ask({ method: "noisy", hyperParameters: { noiseAlpha: 21 } }).error?.issues).toMatchObject([
    { path: ["hyperParameters", "noiseAlpha"], message: "Noise alpha: a number between 0 and 20" },
  ]);
  expect(ask({ method: "sft", hyperParameters: { noiseAlpha: 3 } }).success).toBe(false);
  expect(ask({}).data).toMatchObject({ method: "sft" });
  expect(ask({ method: "magic" }).success).toBe(false);
});

test("… and has a form that reads what is typed", () => {
  const markup = renderToStaticMarkup(
    createElement(HyperFields, {
      method: noisy,
      typed: {},
      wrong: () => undefined,
      suggested: suggestFor(noisy, { parameters: null, contextLength: null, trainRows: 8, validationRows: 0 }),
      error: undefined,
      register: (name) => ({ name }),
      onChange: () => {},
    }),
  );
  expect(markup).toContain("Noise alpha");
  expect(markup).toContain('placeholder="5"');
  expect(readSettings(noisy, { noiseAlpha: "7", epochs: "1" })).toEqual({ noiseAlpha: 7, epochs: 1 });
});

test("… and a command of the shell with its flags", () => {
  const program = new Command();
  registerTrain(program, table);
  const train = program.commands.find((command) => command.name() === "train");
  const command = train?.commands.find((command) => command.name() === "noisy");
  expect(train?.commands.map((command) => command.name())).toEqual(["sft", "noisy"]);
  expect(command?.helpInformation().replace(/\s+/g, " ")).toContain(
    "--noise-alpha <number> noise alpha: strength of the noise (0 to 20; default: 5)",
  );
});

test("… and OpenAI names, both ways", async () => {
  const asked = jobMethod(table).parse({ type: "noisy", noisy: { hyperparameters: { noise: 2, n_epochs: "auto" } } });
  const suggested = suggestFor(noisy, { parameters: null, contextLength: null, trainRows: 8, validationRows: 0 });
  const chosen = await fromOpenAi(noisy, asked.hyperparameters ?? {}, async () => suggested);
  expect(asked.type).toBe("noisy");
  expect(chosen).toEqual({ noiseAlpha: 2 });
  expect(toOpenAi(noisy, { ...suggested, ...chosen }, suggested)).toMatchObject({
    n_epochs: suggested.epochs,
    learning_rate_multiplier: 1,
    noise: 2,
  });
  expect(jobMethod(table).safeParse({ type: "noisy", noisy: { hyperparameters: { noise: 99 } } }).success).toBe(false);
  expect(
    jobMethod(table).safeParse({ type: "supervised", supervised: { hyperparameters: { noise: 2 } } }).success,
  ).toBe(false);
});

test("… and a spec, by whose schema the trainer checks it", async () => {
  const suggested = suggestFor(noisy, { parameters: null, contextLength: null, trainRows: 8, validationRows: 0 });
  const settings = settingsOf(noisy, suggested);
  const given = {
    v: 1,
    runId: "run_1",
    method: "noisy",
    base: { path: "/base", sha256: "0" },
    data: { train: "/train.jsonl", validation: null, shape: "messages" },
    ...settings,
  };
  expect(specOf(table).parse(given)).toEqual(given);
  expect(specOf(table).safeParse({ ...given, method: "sft" }).success).toBe(false);
  expect(chosenIn(noisy, settings)).toEqual(suggested);
  const file = fileURLToPath(new URL("../../../trainer/tests/fixtures/invented/spec.schema.json", import.meta.url));
  await expect(`${JSON.stringify(z.toJSONSchema(specOf(table)), null, 2)}\n`).toMatchFileSnapshot(file);
});

test("a run that was stored before there was a table shows the settings it was trained with", () => {
  const config = {
    lora: { r: 16, alpha: 32, dropout: 0.05, targetModules: "all-linear" },
    optim: {
      learningRate: 2e-4,
      epochs: 3,
      maxSteps: null,
      batchSize: 8,
      gradientAccumulation: 1,
      warmupRatio: 0.03,
      scheduler: "cosine",
      weightDecay: 0,
      maxGradNorm: 1,
    },
    sequence: { maxLength: 2048, assistantOnlyLoss: true },
    checkpoint: { everySteps: 10, keep: 3 },
    eval: { everySteps: null, maxRows: 200 },
    logEverySteps: 1,
    device: { kind: "auto", threads: 1 },
    probe: { prompts: [], maxTokens: 32 },
  };
  const chosen = chosenIn(sft, { ...config, seed: 42 });
  expect(chosen).toMatchObject({ learningRate: 2e-4, loraR: 16, maxSteps: null, seed: 42 });
  expect(settingsOf(sft, chosen ?? {})).toEqual({ ...config, seed: 42 });
  expect(chosenIn(sft, {})).toBeNull();
});
