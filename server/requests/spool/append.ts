import { closeSync, fdatasync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { log } from "#server/log.ts";
import { countLosses, type Losses } from "#server/requests/spool/losses.ts";
import { mayHoldUnstorable, storableJson } from "#server/text/stored-text.rule.ts";

export const segmentPattern = /^\d{8}\.jsonl$/;
const syncEveryMs = 1_000;
const complainEveryMs = 60_000;
/** A segment is carried to Postgres in one piece, on the thread that answers calls: while Postgres is away it must not grow. */
const segmentBytesAtMost = 8 * 1024 ** 2;

export type Spool = {
  dir: string;
  /** Append one line (without its newline). On return it is in the kernel: it survives the death of this process. */
  append: (line: string) => void;
  /** Close the open segment, if it holds anything, and start another. Returns every closed one since the last call, oldest first. */
  seal: () => string[];
  /** bytes waiting on disk, and rows given up because the disk or the limit refused them */
  state: () => { bytes: number; dropped: number };
  /** a row that Postgres will never take is lost too */
  lose: () => void;
  /** rows given up so far and since when, in this folder; null: none */
  losses: () => Losses | null;
  /** Postgres knows of so many */
  toldLosses: (rows: number) => void;
  /** a closed segment reached Postgres and was removed */
  forget: (bytes: number) => void;
  close: () => void;
};

/**
 * A record as one line. What a caller wrote, or a host, may hold characters that Postgres refuses, and a cut may halve
 * one: one such row would send its whole batch row by row, and be lost.
 */
export function lineOf(record: object): string {
  const line = JSON.stringify(record);
  return mayHoldUnstorable(line) ? JSON.stringify(storableJson(record)) : line;
}

/**
 * The write-ahead log of finished calls: numbered segments of JSON lines in `dir`.
 * Policy: each line is written before the caller sees the end of the answer (a `kill -9` loses nothing), and
 * the segment is synced to disk every second (a power cut loses at most that second). Above `limitBytes` of backlog,
 * or on a full disk, lines are dropped and counted: accounting must not stop answering.
 */
export function openSpool(dir: string, limitBytes = 1024 ** 3): Spool {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const closed = readdirSync(dir)
    .filter((name) => segmentPattern.test(name))
    .sort();
  let number = Number(closed.at(-1)?.slice(0, 8) ?? 0);
  let backlogBytes = closed.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  let segmentBytes = 0;
  let unsynced = false;
  let dropped = 0;
  const lost = countLosses(dir);
  let complainedMs = Number.NEGATIVE_INFINITY;
  let fd = -1;

  const segment = () => `${String(number).padStart(8, "0")}.jsonl`;
  const openNext = () => {
    number++;
    fd = openSync(join(dir, segment()), "a", 0o600);
    segmentBytes = 0;
  };
  const closeFilled = () => {
    const filled = fd;
    closed.push(segment());
    openNext();
    closeSync(filled);
  };
  openNext();

  const drop = (why: unknown) => {
    dropped++;
    lost.add(Date.now());
    if (performance.now() - complainedMs < complainEveryMs) return;
    complainedMs = performance.now();
    log.error({ err: why, dropped }, "gateway.spool_drops");
  };

  const timer = setInterval(() => {
    if (!unsynced || fd < 0) return;
    unsynced = false;
    fdatasync(fd, () => {}); // a failing disk shows in the next write
  }, syncEveryMs);
  timer.unref();

  return {
    dir,
    append: (line) => {
      if (backlogBytes >= limitBytes) return drop(new Error(`the spool holds ${backlogBytes} bytes already`));
      const bytes = Buffer.from(`${line}\n`);
      try {
        const written = writeSync(fd, bytes);
        segmentBytes += written;
        backlogBytes += written;
        unsynced = true;
        if (written < bytes.length) {
          writeSync(fd, "\n"); // a line that a full disk cut short must not swallow the next one
          return drop(new Error("the disk of the spool is full"));
        }
        if (segmentBytes >= segmentBytesAtMost) closeFilled();
      } catch (error) {
        drop(error);
      }
    },
    seal: () => {
      if (segmentBytes > 0) closeFilled();
      return closed.splice(0).map((name) => join(dir, name));
    },
    state: () => ({ bytes: backlogBytes, dropped }),
    lose: () => lost.add(Date.now()),
    losses: lost.state,
    toldLosses: lost.told,
    forget: (bytes) => {
      backlogBytes = Math.max(0, backlogBytes - bytes);
    },
    close: () => {
      clearInterval(timer);
      if (fd < 0) return;
      closeSync(fd);
      fd = -1;
      lost.close();
      if (segmentBytes === 0) rmSync(join(dir, segment()), { force: true });
    },
  };
}
