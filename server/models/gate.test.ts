import { expect, test } from "vitest";
import { type GateFacts, judgeGate } from "#server/models/gate.rule.ts";

const evidence = { suite: "held out", n: 200, difference: { score: 0.8, low: 0.7, high: 0.9 }, needed: 12 };
const facts = (change: Partial<GateFacts> = {}): GateFacts => ({
  candidate: { name: "support/2", status: "ready", isChampion: false },
  opponent: { name: "support/1", as: "champion" },
  evidence: { ...evidence, verdict: "better" },
  pending: null,
  ...change,
});

test("a version that is better or not worse than the champion passes, with every check told", () => {
  const answer = judgeGate(facts());
  expect(answer.do).toBe("allow");
  expect(answer.checks.map((check) => [check.name, check.ok])).toEqual([
    ["Ready to serve", true],
    ["Compared with the champion", true],
    ["Not worse", true],
  ]);
  expect(answer.why).toBe("support/2 is better than support/1: +80.0 points (95 % interval +70.0 to +90.0, n = 200).");
  expect(judgeGate(facts({ evidence: { ...evidence, verdict: "not worse" } })).do).toBe("allow");
});

test("a version that is worse is refused, and no force helps", () => {
  const difference = { score: -0.1, low: -0.15, high: -0.05 };
  const answer = judgeGate(facts({ evidence: { ...evidence, difference, verdict: "worse" } }));
  expect(answer).toMatchObject({
    do: "refuse",
    why: "support/2 is worse than support/1: −10.0 points (95 % interval −15.0 to −5.0, n = 200).",
  });
});

test("too few cases to tell are a question to a person, who reads how many it takes", () => {
  const answer = judgeGate(facts({ evidence: { ...evidence, n: 40, needed: 3_100, verdict: "cannot tell" } }));
  expect(answer.do).toBe("force");
  expect(answer.why).toContain("It takes about 3,100 cases instead of 40 to tell.");
  const blind = judgeGate(facts({ evidence: { ...evidence, needed: null, verdict: "cannot tell" } }));
  expect(blind.why).toContain("more cases that tell them apart");
});

test("without an eval the gate says what to do, or what to wait for", () => {
  const base = { name: "nano/1", as: "base" as const };
  expect(judgeGate(facts({ evidence: null, opponent: base }))).toMatchObject({
    do: "force",
    why: "No eval has compared them: evaluate support/2 against nano/1 first.",
  });
  expect(judgeGate(facts({ evidence: null, pending: "running" })).why).toContain("is running: wait for its end");
});

test("a version that is not ready, or is the champion already, is refused; a first base is not", () => {
  const failed = { name: "support/2", status: "failed" as const, isChampion: false };
  expect(judgeGate(facts({ candidate: failed })).do).toBe("refuse");
  expect(judgeGate(facts({ candidate: { ...failed, status: "ready", isChampion: true } })).do).toBe("refuse");
  expect(judgeGate(facts({ opponent: null, evidence: null })).do).toBe("allow");
});
