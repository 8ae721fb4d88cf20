import { expect, test } from "vitest";
import { formatEffect, formatStickiness } from "#server/deployments/effect.rule.ts";
import { formatProof } from "#server/deployments/probe.rule.ts";
import { describeEvent } from "#server/deployments/timeline.rule.ts";
import type { Weights } from "#server/deployments/weights.rule.ts";
import { buckets, pickRevision } from "#server/routing/pick.rule.ts";

const revisions = [
  { id: "a", number: 3 },
  { id: "b", number: 4 },
  { id: "c", number: 5 },
];
const weights = (a: number, b: number, c = 0) => [
  { revisionId: "a", weightBps: a },
  { revisionId: "b", weightBps: b },
  { revisionId: "c", weightBps: c },
];
const placed = (all: Weights) => revisions.map((revision, i) => ({ ...revision, weightBps: all[i]?.weightBps ?? 0 }));

test("the effect of a move is said with the traffic that was really counted", () => {
  const say = (requests: number) =>
    formatEffect(revisions, weights(7_500, 2_500), weights(5_000, 5_000), { requests, windowMinutes: 60 });
  expect(say(20_400)).toBe("25 % of traffic, about 85 requests per minute, moves from v3 to v4.");
  expect(say(100)).toBe("25 % of traffic, about 25 requests per hour, moves from v3 to v4.");
  expect(say(7)).toBe("25 % of traffic, with only 7 requests in the last hour, moves from v3 to v4.");
  expect(say(0)).toBe("25 % of traffic, with no request in the last hour, moves from v3 to v4.");
});

test("a move that feeds two revisions names both, and no move says nothing", () => {
  const counted = { requests: 6_000, windowMinutes: 60 };
  expect(formatEffect(revisions, weights(10_000, 0), weights(5_000, 3_000, 2_000), counted)).toBe(
    "50 % of traffic, about 50 requests per minute, moves from v3 to v4 and v5.",
  );
  expect(formatEffect(revisions, weights(10_000, 0), weights(10_000, 0), counted)).toBeNull();
});

test("what is said of sticky users is what the gateway's pick does to every place", () => {
  const say = (before: Weights, after: Weights) => {
    const changed = Array.from({ length: buckets }, (_, bucket) => bucket).filter(
      (bucket) => pickRevision(placed(before), bucket)?.id !== pickRevision(placed(after), bucket)?.id,
    ).length;
    return { changed, words: formatStickiness(revisions, before, after) };
  };
  expect(say(weights(7_500, 2_500), weights(5_000, 5_000))).toEqual({
    changed: 2_500,
    words: "The other 75 % of users stay on their revision.",
  });
  expect(say(weights(0, 0, 10_000), weights(10_000, 0, 0))).toEqual({
    changed: 10_000,
    words: "Every user changes revision.",
  });
  expect(say(weights(4_000, 3_000, 3_000), weights(2_000, 3_000, 5_000))).toEqual({
    changed: 4_000,
    words: "40 % of users change revision, for those in between give way.",
  });
  expect(say(weights(10_000, 0), weights(10_000, 0))).toEqual({ changed: 0, words: null });
});

test("a load proved something only where tokens were compared with the trainer's", () => {
  const report = { accepted: true, prompts: 2, agreedTokens: 24, conclusive: 2, effect: "tokens" as const };
  expect(formatProof(report)).toEqual({
    proved: true,
    words: "proved: 24 tokens as in training, answers differ from the base",
  });
  expect(formatProof({ ...report, prompts: 0, agreedTokens: 0, conclusive: 0, effect: "probabilities" })).toEqual({
    proved: false,
    words: "not proved: the trainer's record has no prompt; only the probabilities differ from the base",
  });
  expect(formatProof({ ...report, agreedTokens: 0 }).words).toContain("has no token to compare with");
  expect(formatProof(null).proved).toBe(false);
});

test("audit rows read as sentences", () => {
  const moves = [
    { name: "v3 (support/1)", from: 7_500, to: 5_000 },
    { name: "v4 (support/2)", from: 2_500, to: 5_000 },
  ];
  expect(describeEvent({ action: "deployments.setWeights", outcome: "done", detail: { moves } })).toEqual({
    title: "v4 25 % → 50 %",
    detail: "v3 75 % → 50 %",
    state: "ok",
  });
  expect(
    describeEvent({ action: "deployments.setWeights", outcome: "refused", detail: { why: "v4 is not ready" } }),
  ).toEqual({ title: "Traffic not moved", detail: "v4 is not ready", state: "bad" });
  const created = { revisions: [{ number: 1, weightBps: 10_000, model: "nano/1" }] };
  expect(describeEvent({ action: "deployments.create", outcome: "done", detail: created })).toMatchObject({
    detail: "v1 (nano/1) 100 %",
  });
  expect(describeEvent({ action: "deployments.later", outcome: "done", detail: {} }).title).toBe("deployments.later");
});
