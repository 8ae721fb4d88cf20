import { expect, test } from "vitest";
import type { RunStatus } from "#db/enums.ts";
import { TrainerEvent } from "#server/runs/contract.ts";
import { attemptsWithoutProgress, factsOf, outcomeOf } from "#server/runs/outcome.rule.ts";

const event = (type: string, body: object = {}) => TrainerEvent.parse({ v: 1, seq: 1, t: 1, type, ...body });
const done = event("done", { adapterDir: "/a", steps: 12, trainedTokens: 900, seconds: 3.5, finalLoss: 0.5 });
const failed = event("error", { code: "OOM", message: "out of memory", hint: "Lower the batch size." });
const stopped = event("cancelled", { step: 7, checkpoint: "/c/7" });
const checkpoint = event("checkpoint", { step: 5, path: "/c/5", bytes: 10 });
const metric = event("metric", {
  step: 6,
  totalSteps: 12,
  epoch: 0.5,
  loss: 1.25,
  learningRate: null,
  gradNorm: null,
  tokensPerSecond: 250,
  stepMs: 100,
  etaSeconds: 60,
});

test("a trainer that has not said its last word moves nothing", () => {
  for (const status of ["running", "pausing", "cancelling"] as const)
    for (const events of [[], [metric], [checkpoint, metric]]) expect(outcomeOf(status, events)).toBeNull();
});

test("what a last word means depends on what the run was asked meanwhile", () => {
  const cases: [RunStatus, TrainerEvent, RunStatus | null][] = [
    ["running", done, "converting"],
    ["running", failed, "failed"],
    ["running", stopped, null], // the machine went down: its worker goes on
    ["pausing", stopped, "paused"],
    ["pausing", done, "converting"],
    ["pausing", failed, "failed"],
    ["cancelling", stopped, "cancelled"],
    ["cancelling", done, "cancelled"],
    ["cancelling", failed, "failed"],
  ];
  for (const [status, last, becomes] of cases)
    expect(outcomeOf(status, [metric, last])?.status ?? null, `${status} + ${last.type}`).toBe(becomes);
});

test("a failure keeps the trainer's code, sentence and remedy; any other outcome clears the error", () => {
  expect(outcomeOf("running", [failed])?.error).toEqual({
    code: "OOM",
    message: "out of memory",
    hint: "Lower the batch size.",
  });
  expect(outcomeOf("running", [done])?.error).toBeNull();
});

test("of several last words the last counts, and what comes after it changes nothing", () => {
  expect(outcomeOf("running", [failed, done])?.status).toBe("converting");
  expect(outcomeOf("running", [done, failed])?.status).toBe("failed");
  expect(outcomeOf("running", [done, event("heartbeat", { step: 12 })])?.status).toBe("converting");
});

test("only what the events say is moved; a heartbeat or an evaluation moves no column", () => {
  expect(factsOf([], 1)).toEqual({});
  expect(factsOf([event("heartbeat", { step: 9 }), event("eval", { step: 9, loss: 1 })], 1)).toEqual({});
  expect(factsOf([metric], 1)).toEqual({ step: 6, totalSteps: 12, loss: 1.25, tokensPerSecond: 250, etaSeconds: 60 });
});

test("a trainer that begins says its device and where it goes on, from zero when there is no checkpoint", () => {
  const hello = (resumedFromStep: number | null) =>
    event("hello", { versions: {}, device: { kind: "cpu", name: "12 cores" }, pid: 1, resumedFromStep });
  expect(factsOf([hello(null)], 1)).toEqual({ device: "12 cores", step: 0 });
  expect(factsOf([metric, hello(5)], 2)).toMatchObject({ device: "12 cores", step: 5, loss: 1.25 });
});

test("a new checkpoint grants the attempts after it anew", () => {
  expect(factsOf([checkpoint], 3)).toEqual({ attemptLimit: 3 + attemptsWithoutProgress });
});

test("whoever has ended has nothing left to wait for", () => {
  for (const last of [done, failed, stopped]) expect(factsOf([metric, last], 1).etaSeconds, last.type).toBeNull();
  expect(factsOf([metric, done], 1)).toMatchObject({ step: 12, trainedTokens: 900, trainSeconds: 3.5, loss: 1.25 });
  expect(factsOf([metric, stopped], 1).step).toBe(6);
});
