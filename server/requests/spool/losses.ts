import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Pool } from "#db/client.ts";
import { lostRequests } from "#db/schema/requests.ts";

export const lossFile = "lost.json";
/** Written once when the spool opens, then only over itself: a full disk has no room for anything new, not even for a count. */
const lossFileBytes = 128;

const Losses = z.object({ rows: z.int().min(0), told: z.int().min(0), firstMs: z.number(), lastMs: z.number() });
export type Losses = z.infer<typeof Losses>;

export type LossCount = {
  add: (nowMs: number) => void;
  /** Postgres knows of so many */
  told: (rows: number) => void;
  state: () => Losses | null;
  close: () => void;
};

/** Counts rows that a spool gave up, in its folder, so that the count outlives the process and the full disk. */
export function countLosses(dir: string): LossCount {
  let losses: Losses | null = null;
  const path = join(dir, lossFile);
  const file = openSync(path, "w", 0o600);
  const write = () => {
    try {
      writeSync(file, JSON.stringify(losses).padEnd(lossFileBytes), 0);
    } catch {
      // it is still told from memory, to Postgres and to /ready
    }
  };
  write();
  return {
    add: (nowMs) => {
      losses = {
        rows: (losses?.rows ?? 0) + 1,
        told: losses?.told ?? 0,
        firstMs: losses?.firstMs ?? nowMs,
        lastMs: nowMs,
      };
      write();
    },
    told: (rows) => {
      if (losses) losses = { ...losses, told: rows };
      write();
    },
    state: () => losses,
    close: () => {
      closeSync(file);
      if (!losses) rmSync(path, { force: true });
    },
  };
}

/** What the spool in `dir`, of a gateway that is no more, gave up and did not tell; null: nothing. */
export function untoldLosses(dir: string): Losses | null {
  try {
    const read = Losses.safeParse(JSON.parse(readFileSync(join(dir, lossFile), "utf8")));
    return read.success && read.data.rows > read.data.told ? read.data : null;
  } catch {
    return null;
  }
}

/** Tell Postgres; safe to tell twice. `spoolDir` names the gateway that lost them. */
export async function tellLosses(
  db: Pick<Pool, "insert">,
  spoolDir: string,
  { rows, firstMs, lastMs }: Omit<Losses, "told">,
) {
  const told = { rows, firstAt: new Date(firstMs), lastAt: new Date(lastMs) };
  await db
    .insert(lostRequests)
    .values({ spool: basename(spoolDir), ...told })
    .onConflictDoUpdate({
      target: lostRequests.spool,
      set: { rows: sql`greatest(${lostRequests.rows}, excluded.rows)`, lastAt: told.lastAt },
    });
}
