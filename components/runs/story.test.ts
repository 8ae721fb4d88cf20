import { expect, test } from "vitest";
import { lastLine, storyLines } from "#components/runs/story.ts";

const at = new Date(2026, 10, 21, 14, 20, 7);
const event = (type: string, body: Record<string, unknown>) => ({ type, at, body });

test("a healthy run tells versions, device, data, steps, checkpoints and its end, although no library printed a word", () => {
  const events = [
    event("worker", { kind: "started", message: "the trainer started" }),
    event("hello", {
      versions: { torch: "2.9.0", trl: "1.0" },
      device: { kind: "cpu", name: "CPU" },
      resumedFromStep: null,
    }),
    event("phase", { name: "loading" }),
    event("data", { trainRows: 90, validationRows: 10, droppedRows: 0, truncatedRows: 2, totalSteps: 30 }),
    event("metric", { step: 1, totalSteps: 30, loss: 2.5, tokensPerSecond: 1234.4 }),
    event("eval", { step: 30, loss: 0.5 }),
    event("checkpoint", { step: 30, bytes: 2_000_000 }),
    event("sample", { promptText: "p" }),
    event("warning", { message: "2 rows were cut" }),
    event("done", { steps: 30, seconds: 61, finalLoss: 0.4 }),
  ];
  const made = { name: "triage", version: 2 };
  const end = lastLine({
    status: "succeeded",
    finishedAt: at,
    error: null,
    made: { ...made, versionId: "", modelId: "", fineTunedName: null, deletedAt: null, artifacts: [] },
  });
  const told = [...storyLines(events), end].map((line) => line?.replaceAll("\u00a0", " "));
  expect(told.every((line) => line?.startsWith("2026-11-21 14:20:07  "))).toBe(true);
  expect(told.map((line) => line?.slice(21))).toEqual([
    "The trainer started",
    "Computes on CPU, torch 2.9.0, trl 1.0",
    "Phase: loading",
    "90 rows to train on, 10 to validate, 0 dropped, 2 truncated: 30 steps",
    "Step 1 of 30, loss 2.500, 1,234 tokens/s",
    "Validation 0.5000 at step 30",
    "Checkpoint 30 saved, 2.0 MB",
    "Warning: 2 rows were cut",
    "Done after 30 steps in 1 min 1 s",
    "Converted to GGUF, registered as triage/2",
  ]);
});

test("a run that failed before its trainer could speak still ends with the reason", () => {
  const error = { code: "SETUP_MISSING", message: "the trainer could not be started", hint: "Run ./forge doctor." };
  expect(lastLine({ status: "failed", finishedAt: at, error, made: null })).toContain(
    "Failed: the trainer could not be started. Run ./forge doctor.",
  );
  expect(lastLine({ status: "running", finishedAt: null, error: null, made: null })).toBeNull();
});
