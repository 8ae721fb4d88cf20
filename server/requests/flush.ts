import { appendFile, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ZodError } from "zod";
import type { Pool } from "#db/client.ts";
import { touchKeys } from "#server/keys/touch.ts";
import { log } from "#server/log.ts";
import { CallLine } from "#server/requests/record.ts";
import type { Spool } from "#server/requests/spool/append.ts";
import { lossFile, tellLosses, untoldLosses } from "#server/requests/spool/losses.ts";
import { storeCalls } from "#server/requests/store.ts";
import { notifyLive } from "#server/signals/live.ts";

const rowsPerInsert = 1_000;
const flushEveryMs = 250;
const retryEveryMs = 2_000;
/** Open pages are told at most this often: under load every flush would make them ask again. */
const hintEveryMs = 5_000;

export type Flusher = {
  /** Send what is spooled now. Resolves when it is in Postgres; rejects when Postgres does not take it. */
  flush: () => Promise<void>;
  rejected: () => number;
  /** rows whose project was deleted while they were under way */
  ownerless: () => number;
  stop: () => Promise<void>;
};

/** Carry closed segments into `requests`, oldest first; `orphans` are those a dead gateway left behind, `abandoned` the folders whose losses it did not tell. */
export function keepFlushing(db: Pool, spool: Spool, orphans: string[] = [], abandoned: string[] = []): Flusher {
  const waiting = [...orphans];
  const strangers = [...new Set([...orphans.map((path) => dirname(path)), ...abandoned])];
  let rejected = 0;
  let ownerless = 0;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let wasAway = false;
  const hintedMs = new Map<string, number>();
  /** project → its newest request that no page has been told of */
  const owed = new Map<string, string>();

  const work = async () => {
    if (waiting.length === 0) waiting.push(...spool.seal());
    for (let path = waiting[0]; path !== undefined; path = waiting[0]) {
      const { bytes, refused, gone, newest } = await flushSegment(db, path);
      for (const [projectId, id] of newest) owed.set(projectId, id);
      rejected += refused;
      ownerless += gone;
      if (gone > 0) log.warn({ rows: gone }, "gateway.spool_project_deleted");
      for (let i = 0; i < refused; i++) spool.lose();
      if (dirname(path) === spool.dir) spool.forget(bytes);
      waiting.shift();
    }
    await tellOfLosses();
    await payHints();
  };

  /** Own losses whenever there are more, and once those of gateways that are no more. */
  const tellOfLosses = async () => {
    for (let dir = strangers[0]; dir !== undefined; dir = strangers[0]) {
      const losses = untoldLosses(dir);
      if (losses) await tellLosses(db, dir, losses);
      await rm(join(dir, lossFile), { force: true });
      strangers.shift();
    }
    const losses = spool.losses();
    if (!losses || losses.rows === losses.told) return;
    await tellLosses(db, spool.dir, losses);
    spool.toldLosses(losses.rows);
  };

  /** Now, or with a later flush: the last request of a burst must be told too. */
  const payHints = async () => {
    for (const [projectId, id] of owed) {
      if (performance.now() - (hintedMs.get(projectId) ?? Number.NEGATIVE_INFINITY) < hintEveryMs) continue;
      hintedMs.set(projectId, performance.now());
      owed.delete(projectId);
      await notifyLive({ db }, `project:${projectId}`, { kind: "requests", id });
    }
  };

  const flush = async () => {
    while (running) await running.catch(() => {});
    running = work().finally(() => {
      running = null;
    });
    await running;
  };

  const tick = async () => {
    let pauseMs = flushEveryMs;
    try {
      await flush();
      if (wasAway) log.info("gateway.spool_back");
      wasAway = false;
    } catch (error) {
      pauseMs = retryEveryMs;
      if (!wasAway) log.warn({ err: error }, "gateway.spool_waits");
      wasAway = true;
    }
    if (!stopped) timer = setTimeout(() => void tick(), pauseMs);
  };
  timer = setTimeout(() => void tick(), flushEveryMs);

  return {
    flush,
    rejected: () => rejected,
    ownerless: () => ownerless,
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running?.catch(() => {});
    },
  };
}

/** `gone`: rows of projects that are no more. `newest`: the last request of each project in it. */
type Flushed = { bytes: number; refused: number; gone: number; newest: Map<string, string> };

/** Idempotent by the rows' key, so a segment that was sent but not removed may be sent again. */
async function flushSegment(db: Pool, path: string): Promise<Flushed> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n").filter(isWhole);
  let [refused, gone] = [0, 0];
  for (let from = 0; from < lines.length; from += rowsPerInsert) {
    const batch = lines.slice(from, from + rowsPerInsert);
    try {
      gone += await storeCalls(db, batch);
    } catch (error) {
      if (!isDataError(error)) throw error;
      const done = await storeOneByOne(db, batch, path);
      refused += done.refused;
      gone += done.gone;
    }
  }
  await touchKeys({ db }, keysIn(lines));
  await rm(path, { force: true });
  return { bytes: Buffer.byteLength(text), refused, gone, newest: newestOf(lines) };
}

const names = /^\{"id":"(req_[0-9a-z]+)","project_id":"([^"]+)"/;

/** From the last line alone: a segment of many projects hints at one of them, the others follow with theirs. */
function newestOf(lines: string[]): Map<string, string> {
  const [, id, projectId] = names.exec(lines.at(-1) ?? "") ?? [];
  return new Map(id && projectId ? [[projectId, id]] : []);
}

function keysIn(lines: string[]): string[] {
  return [...new Set(lines.flatMap((line) => /"actor":"key:(key_[0-9a-z]+)"/.exec(line)?.[1] ?? []))];
}

/** The last line of a gateway that died while writing may be torn: it was never promised to anyone. */
function isWhole(line: string): boolean {
  return line.startsWith("{") && line.endsWith("}");
}

/** Set aside what is no record, with the reason; what looks like one goes alone, and what Postgres refuses even so too. */
async function storeOneByOne(db: Pool, lines: string[], path: string) {
  let [refused, gone] = [0, 0];
  for (const line of lines) {
    try {
      CallLine.parse(JSON.parse(line));
      gone += await storeCalls(db, [line]);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof ZodError || isDataError(error))) throw error;
      refused++;
      log.error({ err: error }, "gateway.spool_row_refused");
      await appendFile(join(dirname(path), "refused.jsonl"), `${line}\n`, { mode: 0o600 });
    }
  }
  return { refused, gone };
}

/** A week was attached while rows for it were on their way into the default partition: the next try goes into the week. */
const weekWasMade = "23514";

/** Postgres took the connection but not the data (SQLSTATE classes 22 and 23): waiting would not help. */
function isDataError(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return code !== weekWasMade && /^2[23]/.test(code);
}
