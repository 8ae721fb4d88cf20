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
