import { expect, test } from "vitest";
import { planReplicas } from "#server/deployments/place.rule.ts";
import { whyNotReady } from "#server/deployments/readiness.rule.ts";
import { replicaRetryMs } from "#server/deployments/replica.rule.ts";
import { judgeWeights, rebalance } from "#server/deployments/weights.rule.ts";

const ready = { notReady: null };
const live = [
  { id: "a", name: "v3", weightBps: 7_500, ...ready },
  { id: "b", name: "v4", weightBps: 2_500, ...ready },
];
const seen = live.map(({ id, weightBps }) => ({ revisionId: id, weightBps }));
const to = (a: number, b: number) => [
  { revisionId: "a", weightBps: a },
  { revisionId: "b", weightBps: b },
];

test("weights that were seen and still sum to 100 % are applied, with the moves named", () => {
  expect(judgeWeights(live, seen, to(5_000, 5_000))).toEqual({
    do: "apply",
    moves: [
      { id: "a", name: "v3", from: 7_500, to: 5_000 },
      { id: "b", name: "v4", from: 2_500, to: 5_000 },
    ],
  });
});

test("weights that somebody else moved meanwhile are a conflict that says what is there now", () => {
  const verdict = judgeWeights(live, to(9_000, 1_000), to(5_000, 5_000));
  expect(verdict).toEqual({ do: "conflict", why: "somebody moved the weights meanwhile: now v3 75 %, v4 25 %" });
  expect(judgeWeights(live, [{ revisionId: "a", weightBps: 7_500 }], to(5_000, 5_000)).do).toBe("conflict");
});

test("weights that do not sum to 100 %, name a stranger or name one twice are refused", () => {
  expect(judgeWeights(live, seen, to(5_000, 4_000))).toMatchObject({ why: "the weights sum to 90 %, not to 100 %" });
  expect(judgeWeights(live, seen, [{ revisionId: "x", weightBps: 1 }])).toMatchObject({ do: "refuse" });
  expect(judgeWeights(live, seen, [...to(1, 2), ...to(1, 2)])).toMatchObject({ why: "a revision is named twice" });
});

test("only a ready revision gets more traffic; a broken one can always lose it", () => {
  const cold = live.map((revision) =>
    revision.id === "b" ? { ...revision, notReady: "its replica failed: no" } : revision,
  );
  expect(judgeWeights(cold, seen, to(5_000, 5_000))).toEqual({
    do: "refuse",
    why: "v4 cannot take more traffic: its replica failed: no",
  });
  expect(judgeWeights(cold, seen, to(10_000, 0)).do).toBe("apply");
});

test("moving one slider takes from the others in proportion and keeps exactly 100 %", () => {
  const three = [
    { revisionId: "a", weightBps: 5_000 },
    { revisionId: "b", weightBps: 3_000 },
    { revisionId: "c", weightBps: 2_000 },
  ];
  for (const wanted of [0, 1, 333, 5_001, 9_999, 10_000]) {
    const next = rebalance(three, "b", wanted);
    expect(next.reduce((sum, weight) => sum + weight.weightBps, 0)).toBe(10_000);
    expect(next[1]).toEqual({ revisionId: "b", weightBps: wanted });
  }
  expect(rebalance(three, "b", 6_500)).toEqual([
    { revisionId: "a", weightBps: 2_500 },
    { revisionId: "b", weightBps: 6_500 },
    { revisionId: "c", weightBps: 1_000 },
  ]);
  const all = [
    { revisionId: "a", weightBps: 10_000 },
    { revisionId: "b", weightBps: 0 },
  ];
  expect(rebalance(all, "a", 9_000)).toEqual(to(9_000, 1_000));
  expect(rebalance([{ revisionId: "a", weightBps: 10_000 }], "a", 0)).toEqual([{ revisionId: "a", weightBps: 10_000 }]);
});

const host = (id: string, memoryBytes = 8e9, isLive = true) => ({
  id,
  live: isLive,
  goneForMs: isLive ? 0 : 60_000,
  memoryBytes,
});
const version = (id: string, baseSha: string, bytes = 1e9) => ({ modelVersionId: id, projectId: "p", baseSha, bytes });
const bases = (versions: ReturnType<typeof version>[]) => new Map(versions.map((one) => [one.modelVersionId, one]));
const replica = (
  id: string,
  hostId: string,
  modelVersionId: string,
  status: "ready" | "failed" | "draining" = "ready",
) => ({
  id,
  hostId,
  modelVersionId,
  status,
  failures: status === "failed" ? 1 : 0,
  statusAgeMs: 1_000,
});

test("a version goes to the host that has its base, else to the freest that has room", () => {
  const wanted = [version("v1", "x"), version("v2", "y"), version("v3", "z", 9e9)];
  const hosts = [host("h1"), host("h2", 6e9)];
  const onBase = [replica("r", "h2", "v0")];
  const known = bases([...wanted, version("v0", "x")]);
  expect(planReplicas(hosts, onBase, [...wanted, version("v0", "x")], known)).toEqual([
    { do: "assign", modelVersionId: "v1", projectId: "p", hostId: "h2" },
    { do: "assign", modelVersionId: "v2", projectId: "p", hostId: "h1" },
  ]);
});

test("what is served stays, what nobody needs drains, and a plan that was carried out asks for nothing more", () => {
  const wanted = [version("v1", "x")];
  const plan = planReplicas(
    [host("h1")],
    [replica("r1", "h1", "v1"), replica("r2", "h1", "v2")],
    wanted,
    bases(wanted),
  );
  expect(plan).toEqual([{ do: "drain", replicaId: "r2", hostId: "h1" }]);
  expect(
    planReplicas(
      [host("h1")],
      [replica("r1", "h1", "v1"), replica("r2", "h1", "v2", "draining")],
      wanted,
      bases(wanted),
    ),
  ).toEqual([]);
});

test("a dead host's version is placed again, and its replica is forgotten when it stays away", () => {
  const wanted = [version("v1", "x")];
  const dead = host("h1", 8e9, false);
  expect(planReplicas([dead, host("h2")], [replica("r1", "h1", "v1")], wanted, bases(wanted))).toEqual([
    { do: "assign", modelVersionId: "v1", projectId: "p", hostId: "h2" },
  ]);
  const gone = { ...dead, goneForMs: 3_600_000 };
  expect(planReplicas([gone], [replica("r1", "h1", "v1")], wanted, bases(wanted))).toEqual([
    { do: "forget", replicaId: "r1" },
  ]);
});

test("a failed replica rests longer each time before it is tried again, and nothing else takes its place meanwhile", () => {
  const wanted = [version("v1", "x")];
  const failed = replica("r1", "h1", "v1", "failed");
  expect(planReplicas([host("h1")], [failed], wanted, bases(wanted))).toEqual([]);
  expect(planReplicas([host("h1")], [{ ...failed, statusAgeMs: 10_000 }], wanted, bases(wanted))).toEqual([
    { do: "retry", replicaId: "r1", hostId: "h1" },
  ]);
  expect([1, 2, 3, 10].map(replicaRetryMs)).toEqual([10_000, 20_000, 40_000, 300_000]);
});

test("why a revision is not ready is said in words", () => {
  const seenReplica = (status: "ready" | "loading" | "failed", hostLive = true) => ({
    status,
    hostLive,
    error: { message: "no" },
  });
  expect(whyNotReady([seenReplica("loading"), seenReplica("ready")])).toBeNull();
  expect(whyNotReady([seenReplica("loading")])).toBe("its replica is being loaded");
  expect(whyNotReady([seenReplica("failed")])).toBe("its replica failed: no");
  expect(whyNotReady([seenReplica("ready", false)])).toBe("the inference host of its replica is not running");
  expect(whyNotReady([])).toContain("no replica yet");
});
