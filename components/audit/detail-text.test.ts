import { expect, test } from "vitest";
import { formatDetail } from "#components/audit/detail-text.ts";

test("a detail reads as one line: words apart, ids short, times to the minute, nothing for nothing", () => {
  const detail = {
    sessionId: "sess_01m7zgrc84fmf7vv0w81nb3xycj".slice(0, 31),
    expiresAt: "2027-02-19T17:00:13.365Z",
    scopes: ["inference", "admin"],
    minutes: 15,
    why: null,
  };
  expect(formatDetail(detail)).toBe(
    "session: nb3xyc · expires at: 2027-02-19 17:00 UTC · scopes: inference, admin · minutes: 15",
  );
  expect(formatDetail({})).toBe("");
  expect(formatDetail({ note: "x".repeat(200) })).toHaveLength("note: ".length + 121);
});

test("moved traffic and a gate's checks read as sentences, not as JSON", () => {
  const moves = [{ name: "v1 (nano/1)", from: 10_000, to: 8_000 }];
  const checks = [
    { ok: true, name: "Ready to serve", detail: "its weights are stored" },
    { ok: false, name: "Compared with the champion", detail: "no eval" },
  ];
  expect(formatDetail({ moves })).toBe("moves: v1 (nano/1) from 100 % to 80 %");
  expect(formatDetail({ checks })).toBe("checks: Ready to serve passed, Compared with the champion did not pass");
  expect(formatDetail({ before: { v1: 8_000, v2: 2_000 } })).toBe("before: v1 80 %, v2 20 %");
  expect(formatDetail({ revisions: [{ model: "nano/1", weightBps: 8_000 }] })).toBe("revisions: nano/1 80 %");
  expect(formatDetail({ revisions: [{ number: 1, model: "nano/1", weightBps: 8_000 }] })).toBe(
    "revisions: v1 (nano/1) 80 %",
  );
});

test("ids read as what they are called, shares as percent, and only a flag that is set is said", () => {
  const id = (prefix: string) => `${prefix}_01m7zgrc84fmf7vv0w81nb3xyc`;
  const names = { [id("mv")]: "triage/2", [id("dsv")]: "tickets v1", [id("rev")]: "v3" };
  expect(formatDetail({ candidate: id("mv"), datasetVersionId: id("dsv"), suiteId: id("suite") }, names)).toBe(
    "candidate: triage/2 · dataset version: tickets v1 · suite: nb3xyc",
  );
  expect(formatDetail({ wanted: [{ revisionId: id("rev"), weightBps: 7_000 }] }, names)).toBe("wanted: v3 70 %");
  expect(formatDetail({ revisionId: id("rev"), number: 3 }, names)).toBe("revision: v3");
  expect(formatDetail({ reason: "late", forced: true })).toBe("reason: late · the gate was overridden");
  expect(formatDetail({ model: "triage/2", forced: false })).toBe("model: triage/2");
});
