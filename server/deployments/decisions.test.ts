import fc from "fast-check";
import { expect, test } from "vitest";
import { replicaStatuses } from "#db/enums.ts";
import { bareMeaning, bareVersion, formatMeaning } from "#server/deployments/bare-name.rule.ts";
import { formatProof } from "#server/deployments/probe.rule.ts";
import { whyNotReady } from "#server/deployments/readiness.rule.ts";
import { replicaRetryMs, replicaSourcesOf } from "#server/deployments/replica.rule.ts";
import { judgeWeights, rebalance } from "#server/deployments/weights.rule.ts";

const version = (name: string, more: { aliases?: string[]; notServable?: string | null } = {}) => ({
  name,
  model: name.split("/")[0] ?? "",
  aliases: more.aliases ?? [],
  notServable: more.notServable ?? null,
});

test("a bare name means the champion, even one that cannot be called yet", () => {
  const champion = version("triage/1", { aliases: ["champion"], notServable: "no GGUF" });
  const found = bareMeaning([version("triage/2"), champion], "triage");
  expect(found).toEqual({ version: champion, champion: true });
  expect(found && formatMeaning(found)).toBe("the champion triage/1");
});

test("without a champion it is the only version, else the only one that can be called, else nobody", () => {
  const cold = version("triage/1", { notServable: "no GGUF" });
  const [two, three] = [version("triage/2"), version("triage/3")];
  expect(bareMeaning([cold], "triage")?.version).toBe(cold);
  expect(bareMeaning([cold, two], "triage")?.version).toBe(two);
  expect(bareMeaning([cold, two, three], "triage")).toBeNull();
  expect(bareVersion([{ notReady: "a" }, { notReady: "b" }], undefined)).toBeUndefined();
});

test("a name means only a model that is called exactly so", () => {
  const versions = [version("triage/1"), version("triage-b/1", { aliases: ["champion"] })];
  for (const name of ["", "tri", "Triage", "triage/1", "nobody"]) expect(bareMeaning(versions, name), name).toBeNull();
  const meaning = bareMeaning(versions, "triage");
  expect(meaning && formatMeaning(meaning)).toBe("the model version triage/1");
});

test("a replica that drains comes back only when it is wanted again, and no move leads nowhere", () => {
  for (const to of replicaStatuses) if (to !== "assigned") expect(replicaSourcesOf(to), to).not.toContain("draining");
  expect(replicaSourcesOf("assigned")).toContain("draining");
  expect(replicaSourcesOf("ready").sort()).toEqual(["loading", "probing"]);
  expect(replicaSourcesOf("failed")).not.toContain("ready");
  for (const to of replicaStatuses) expect(replicaSourcesOf(to), to).not.toContain(to);
});

test("a failed replica's rest doubles from ten seconds to five minutes, also after no failure or very many", () => {
  expect([0, 1, 2, 3, 5, 6, 2_000].map(replicaRetryMs)).toEqual([
    10_000, 10_000, 20_000, 40_000, 160_000, 300_000, 300_000,
  ]);
});

test("one ready replica on a live host is enough; otherwise a failure is told before what still waits", () => {
  const seen = (status: (typeof replicaStatuses)[number], hostLive = true) => ({ status, hostLive, error: null });
  expect(whyNotReady([seen("failed"), seen("ready")])).toBeNull();
  expect(whyNotReady([seen("ready", false)])).toContain("host of its replica is not running");
  expect(whyNotReady([seen("loading"), seen("failed")])).toBe("its replica failed: no reason was given");
  expect(whyNotReady([seen("ready", false), seen("probing")])).toBe("its replica is being proved");
  expect(whyNotReady([])).toContain("no replica yet");
});

test("a load proves something only by tokens that were compared", () => {
  const report = { accepted: true, prompts: 3, agreedTokens: 24, conclusive: 3, effect: "tokens" as const };
  expect(formatProof(report)).toEqual({
    proved: true,
    words: "proved: 24 tokens as in training, answers differ from the base",
  });
  expect(formatProof({ ...report, agreedTokens: 0 })).toMatchObject({
    proved: false,
    words: expect.stringContaining("no token"),
  });
  expect(formatProof({ ...report, agreedTokens: 0, prompts: 0 }).words).toContain("has no prompt");
  expect(formatProof(null)).toEqual({ proved: false, words: "not proved: the trainer recorded no sample" });
});

const shares = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 8 }).map((parts) =>
  rebalance(
    parts.map((weightBps, i) => ({ revisionId: `r${i}`, weightBps })),
    "r0",
    parts[0] ?? 0,
  ),
);

test("whatever one revision is given, the weights are whole, none is negative, and together they stay 100 %", () => {
  fc.assert(
    fc.property(shares, fc.nat(7), fc.double({ min: -5_000, max: 20_000, noNaN: true }), (before, pick, toBps) => {
      const id = `r${pick % before.length}`;
      const after = rebalance(before, id, toBps);
      expect(after.map((one) => one.revisionId)).toEqual(before.map((one) => one.revisionId));
      expect(after.reduce((sum, one) => sum + one.weightBps, 0)).toBe(10_000);
      for (const one of after) expect(Number.isInteger(one.weightBps) && one.weightBps >= 0).toBe(true);
      const target = before.length === 1 ? 10_000 : Math.min(10_000, Math.max(0, Math.round(toBps)));
      expect(after.find((one) => one.revisionId === id)?.weightBps).toBe(target);
    }),
  );
});

test("giving a revision what it has changes nothing, and nobody who had nothing gains while others can", () => {
  fc.assert(
    fc.property(shares, fc.nat(7), fc.integer({ min: 0, max: 10_000 }), (before, pick, toBps) => {
      const id = `r${pick % before.length}`;
      const own = before.find((one) => one.revisionId === id)?.weightBps ?? 0;
      expect(rebalance(before, id, own)).toEqual(before);
      const others = before.filter((one) => one.revisionId !== id);
      if (!others.some((one) => one.weightBps > 0)) return;
      for (const one of rebalance(before, id, toBps))
        if (others.some((other) => other.revisionId === one.revisionId && other.weightBps === 0))
          expect(one.weightBps).toBe(0);
    }),
  );
});

test("a move that is applied names what changed and only that; the caller who saw other weights is refused", () => {
  fc.assert(
    fc.property(shares, fc.nat(7), fc.integer({ min: 0, max: 10_000 }), (before, pick, toBps) => {
      const live = before.map(({ revisionId, weightBps }) => ({
        id: revisionId,
        name: revisionId,
        weightBps,
        notReady: null,
      }));
      const after = rebalance(before, `r${pick % before.length}`, toBps);
      const changed = after.filter((one, i) => one.weightBps !== before[i]?.weightBps);
      const verdict = judgeWeights(live, before, after);
      expect(verdict).toMatchObject({ do: "apply" });
      if (verdict.do === "apply")
        expect(verdict.moves.map(({ id, to }) => [id, to])).toEqual(
          changed.map((one) => [one.revisionId, one.weightBps]),
        );
      if (changed.length > 0) expect(judgeWeights(live, after, after).do).toBe("conflict");
      expect(judgeWeights(live, before.slice(1), after).do).toBe("conflict");
    }),
  );
});
