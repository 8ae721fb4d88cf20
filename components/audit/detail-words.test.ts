import { expect, test } from "vitest";
import { detailWords } from "#components/audit/detail-words.ts";

test("a detail reads as one line: words apart, ids short, times to the minute, nothing for nothing", () => {
  const detail = {
    sessionId: "sess_01m7zgrc84fmf7vv0w81nb3xycj".slice(0, 31),
    expiresAt: "2027-02-19T17:00:13.365Z",
    scopes: ["inference", "admin"],
    minutes: 15,
    why: null,
  };
  expect(detailWords(detail)).toBe(
    "session id: nb3xyc · expires at: 2027-02-19 17:00 UTC · scopes: inference, admin · minutes: 15",
  );
  expect(detailWords({})).toBe("");
  expect(detailWords({ note: "x".repeat(200) })).toHaveLength("note: ".length + 121);
});

test("moved traffic and a gate's checks read as sentences, not as JSON", () => {
  const moves = [{ name: "v1 (nano/1)", from: 10_000, to: 8_000 }];
  const checks = [
    { ok: true, name: "Ready to serve", detail: "its weights are stored" },
    { ok: false, name: "Compared with the champion", detail: "no eval" },
  ];
  expect(detailWords({ moves })).toBe("moves: v1 (nano/1) from 100 % to 80 %");
  expect(detailWords({ checks })).toBe("checks: Ready to serve passed, Compared with the champion did not pass");
  expect(detailWords({ before: { v1: 8_000, v2: 2_000 } })).toBe("before: v1 8000, v2 2000");
  expect(detailWords({ revisions: [{ model: "nano/1", weightBps: 8_000 }] })).toBe(
    "revisions: model nano/1, weight bps 8000",
  );
});
