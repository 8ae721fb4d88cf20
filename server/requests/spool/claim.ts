import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { fileSystemTime } from "#server/blob-files.ts";
import { isAlive, startTimeOf } from "#server/process.ts";
import { segmentPattern } from "#server/requests/spool/append.ts";
import { lossFile, untoldLosses } from "#server/requests/spool/losses.ts";

const Owner = z.object({ hostname: z.string(), pid: z.number(), startedAt: z.string() });
const ownerFile = "owner.json";
const touchEveryMs = 10_000;
const deadAfterMs = 60_000;

export type SpoolClaim = {
  /** this gateway's own new folder */
  dir: string;
  /** segments of gateways that are no more, oldest first */
  orphans: string[];
  /** folders of gateways that are no more and lost rows, which nobody may have told */
  abandoned: string[];
  release: () => Promise<void>;
};

/**
 * Take a spool folder of our own below `root`, and the segments of dead gateways. A folder's owner is dead when its
 * process is gone, or, on another machine, when it has not touched its folder for a minute. Two that adopt the same
 * orphan do no harm: rows are inserted once.
 */
export async function claimSpool(root: string): Promise<SpoolClaim> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const orphans: string[] = [];
  const abandoned: string[] = [];
  for (const name of await readdir(root)) {
    const dir = join(root, name);
    if (!(await isDead(dir))) continue;
    const segments = (await readdir(dir)).filter((file) => segmentPattern.test(file)).sort();
    orphans.push(...segments.map((file) => join(dir, file)));
    if (untoldLosses(dir)) abandoned.push(dir);
    else if (segments.length === 0) await removeFolder(dir);
  }
  const dir = join(root, `gateway-${process.pid}-${randomBytes(4).toString("hex")}`);
  await mkdir(dir, { mode: 0o700 });
  const owner = join(dir, ownerFile);
  const me = { hostname: hostname(), pid: process.pid, startedAt: startTimeOf(process.pid) ?? "" };
  await writeFile(owner, JSON.stringify(me), { mode: 0o600 });
  const timer = setInterval(() => {
    // written anew, so that the file system's clock dates it; a lost touch only matters when a minute of them is lost
    writeFile(owner, JSON.stringify(me), { flag: "r+" }).catch(() => {});
  }, touchEveryMs);
  timer.unref();
  return {
    dir,
    orphans,
    abandoned,
    release: async () => {
      clearInterval(timer);
      for (const folder of new Set([dir, ...abandoned, ...orphans.map((path) => dirname(path))]))
        await removeFolder(folder);
    },
  };
}

async function isDead(dir: string): Promise<boolean> {
  const path = join(dir, ownerFile);
  const info = await stat(path).catch(() => null);
  if (!info) return (await stat(dir)).isDirectory();
  const owner = Owner.safeParse(parsed(await readFile(path, "utf8").catch(() => "")));
  if (owner.success && owner.data.hostname === hostname())
    return !isAlive({ pid: owner.data.pid, startTime: owner.data.startedAt });
  return (await fileSystemTime(dir)).getTime() - info.mtimeMs > deadAfterMs;
}

/** Only when nothing is left in it but the owner's mark and a count of losses that Postgres has. */
async function removeFolder(dir: string): Promise<void> {
  const left = (await readdir(dir)).filter((name) => name !== ownerFile && name !== lossFile);
  if (left.length > 0 || untoldLosses(dir)) return;
  for (const name of [ownerFile, lossFile]) await unlink(join(dir, name)).catch(() => {});
  await rmdir(dir).catch(() => {});
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
