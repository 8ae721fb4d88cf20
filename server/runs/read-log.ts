import { open } from "node:fs/promises";
import type { Ctx } from "#server/context.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { ReadRunLog } from "#server/runs/input.ts";
import { runFolder } from "#server/runs/trainer/folder.ts";

const mostBytes = 64 * 1024;

/**
 * What the trainer's libraries printed → `{text, end, cut, here}`: the last 64 KiB, or what was added after byte `after`;
 * `end` is where to go on. Empty on most runs; `here` is false when no such file lies on this machine. Throws NOT_FOUND.
 */
export async function readRunLog(ctx: Ctx, { runId, after }: ReadRunLog) {
  const run = await findRun(ctx, runId);
  const file = await open(runFolder(run.id).log, "r").catch(() => null);
  if (!file) return { text: "", end: 0, cut: false, here: false };
  try {
    const { size } = await file.stat();
    const from = Math.max(after ?? 0, size - mostBytes);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    await file.read(bytes, 0, bytes.length, from);
    return { text: bytes.toString("utf8"), end: size, cut: from > (after ?? 0), here: true };
  } finally {
    await file.close();
  }
}
