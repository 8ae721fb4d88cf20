import type { Run } from "#components/runs/data.ts";
import { formatBytes, formatDurationMs, formatLoss, formatNumber, plural, sentence } from "#components/ui/format.ts";

export type RunEvent = { type: string; at: Date; body: Record<string, unknown> };
type Ended = Pick<Run, "status" | "finishedAt" | "error" | "made">;

/** A run's log as lines "2026-11-21 14:20:07  Step 20 of 300, loss 1.234", in the reader's zone. */
export function storyLines(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => {
    const words = wordsOf(event.type, event.body);
    return words ? [lineOf(event.at, words)] : [];
  });
}

/** The line that closes a run's log: what came after the trainer's last word; null while it goes on. */
export function lastLine({ status, finishedAt, error, made }: Ended): string | null {
  if (!finishedAt) return null;
  if (status === "failed")
    return lineOf(finishedAt, `Failed: ${[error?.message, error?.hint].filter(Boolean).join(". ")}`);
  if (status === "cancelled") return lineOf(finishedAt, "Cancelled");
  if (status !== "succeeded") return null;
  const name = made ? `, registered as ${made.name}/${made.version}` : "";
  return lineOf(finishedAt, `Converted to GGUF${name}`);
}

function lineOf(at: Date, words: string) {
  return `${at.toLocaleString("sv-SE")}  ${words}`; // Sweden writes 2026-11-21 14:20:07
}

/** What an event says to a person; null for one that says nothing. */
export function wordsOf(type: string, body: Record<string, unknown>): string | null {
  const text = (key: string) => textOf(body, key);
  const number = (key: string) => numberOf(body, key);
  switch (type) {
    case "hello":
      return `${typeof body.resumedFromStep === "number" ? `Resumed from step ${formatNumber(body.resumedFromStep)}, computes` : "Computes"} on ${textOf(body.device, "name") || "an unknown device"}, ${versionsOf(body.versions)}`;
    case "phase":
      return text("name") === "probing" ? "Verifying adapter" : `Phase: ${text("name")}`;
    case "data":
      return `${plural(number("trainRows"), "row")} to train on, ${formatNumber(number("validationRows"))} to validate, ${formatNumber(number("droppedRows"))} dropped, ${formatNumber(number("truncatedRows"))} truncated: ${plural(number("totalSteps"), "step")}`;
    case "metric":
      return `Step ${formatNumber(number("step"))} of ${formatNumber(number("totalSteps"))}, loss ${formatLoss(number("loss"))}, ${formatNumber(number("tokensPerSecond"), 0)} tokens/s`;
    case "eval":
      return `Validation ${formatLoss(number("loss"))} at step ${formatNumber(number("step"))}`;
    case "checkpoint":
      return `Checkpoint ${formatNumber(number("step"))} saved, ${formatBytes(number("bytes"))}`;
    case "probe":
      return `Verification recorded: ${formatNumber(number("differing"))} of ${plural(number("prompts"), "answer")} differ from the base's`;
    case "artifact":
      return `Wrote ${text("path")}, ${formatBytes(number("bytes"))}`;
    case "warning":
      return `Warning: ${text("message")}`;
    case "error":
    case "worker":
      return sentence(text("message") || text("what")) || null;
    case "cancelled":
      return `Stopped at step ${formatNumber(number("step"))}`;
    case "done":
      return `Done after ${plural(number("steps"), "step")} in ${formatDurationMs(number("seconds") * 1000)}`;
    default:
      return null;
  }
}

function versionsOf(versions: unknown): string {
  if (typeof versions !== "object" || versions === null) return "unknown versions";
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

function textOf(value: unknown, key: string): string {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === "string" ? found : "";
}

function numberOf(body: Record<string, unknown>, key: string): number {
  const found = body[key];
  return typeof found === "number" ? found : 0;
}
