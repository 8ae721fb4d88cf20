import { expect, test } from "vitest";
import type { Overlap } from "#db/eval-summary.ts";
import { type GateFacts, judgeGate } from "#server/promotions/gate.rule.ts";

const clean: Overlap = { cases: 200, candidate: 0, baseline: 0, either: 0, unchecked: { candidate: [], baseline: [] } };
const difference = { score: 0.8, low: 0.7, high: 0.9 };
const evidence = { suite: "held out", n: 200, difference, needed: 12, overlap: clean };
const facts = (change: Partial<GateFacts> = {}): GateFacts => ({
  candidate: { name: "support/2", status: "ready", isChampion: false },
  opponent: { name: "support/1", as: "champion" },
  evidence: { ...evidence, verdict: "better" },
  pending: null,
  maxOverlap: 0,
  ...change,
});

test("a version that is better or not worse than the champion passes, with every check told", () => {
  const answer = judgeGate(facts());
  expect(answer.do).toBe("allow");
  expect(answer.checks.map((check) => [check.name, check.ok])).toEqual([
    ["Ready to serve", true],
    ["Compared with the champion", true],
    ["Cases it was not trained on", true],
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

test("evidence from cases that a target was trained on needs a person's reason, beyond the share that is accepted", () => {
  const seen = { ...clean, candidate: 3, baseline: 1, either: 4 };
  const better = { ...evidence, n: 196, verdict: "better" as const, overlap: seen };
  expect(judgeGate(facts({ evidence: better }))).toMatchObject({
    do: "force",
    why: "support/2 was trained on 3 of the 200 cases, support/1 was trained on 1 of the 200 cases. The verdict is drawn on the 196 unseen ones. The gate accepts 0 % (FORGE_GATE_MAX_OVERLAP).",
  });
  expect(judgeGate(facts({ evidence: better, maxOverlap: 0.01 })).do).toBe("force");
  expect(judgeGate(facts({ evidence: better, maxOverlap: 0.02 })).do).toBe("allow");
  expect(judgeGate(facts({ evidence: { ...better, verdict: "worse" } })).do).toBe("refuse");
});

test("evidence that was never checked for overlap, or cannot be, needs a person's reason too", () => {
  const better = { ...evidence, verdict: "better" as const };
  expect(judgeGate(facts({ evidence: { ...better, overlap: undefined } }))).toMatchObject({
    do: "force",
    why: "This eval is from before training overlap was checked: run it again to know.",
  });
  const unchecked = { candidate: ["tickets/1 (its rows were deleted)"], baseline: [] };
  expect(judgeGate(facts({ evidence: { ...better, overlap: { ...clean, unchecked } }, maxOverlap: 1 }))).toMatchObject({
    do: "force",
    why: "Not comparable with the cases: tickets/1 (its rows were deleted), which trained support/2.",
  });
});

test("too few cases to tell are a question to a person, who reads how many it takes", () => {
  const answer = judgeGate(facts({ evidence: { ...evidence, n: 40, needed: 3_100, verdict: "cannot tell" } }));
  expect(answer.do).toBe("force");
  expect(answer.why).toContain("It takes about 3,100 cases instead of 40 to tell.");
  const blind = judgeGate(facts({ evidence: { ...evidence, needed: null, verdict: "cannot tell" } }));
  expect(blind.why).toContain("more cases that tell them apart");
  const none = judgeGate(facts({ evidence: { ...evidence, n: 0, needed: null, verdict: "cannot tell" } }));
  expect(none.why).toBe("Insufficient data: n = 0. It takes at least 6 unseen cases to tell.");
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
