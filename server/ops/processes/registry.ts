import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const ProcessRow = z.object({
  name: z.string(),
  pid: z.number().int(),
  /** of the operating system, to tell a reused pid from ours */
  startTime: z.string(),
  port: z.number().int().nullable(),
  url: z.string().nullable(),
  restarts: z.number().int(),
  state: z.enum(["starting", "ready", "restarting", "stopped"]),
});

/** A port that another program has: which setting asked for it, and what was taken instead. */
const MovedPort = z.object({ of: z.string(), setting: z.string(), wanted: z.number().int(), got: z.number().int() });

const Processes = z.object({
  supervisorPid: z.number().int(),
  supervisorStartTime: z.string(),
  state: z.enum(["starting", "ready", "stopping", "failed"]),
  failure: z.string().nullable(),
  consoleUrl: z.string(),
  apiUrl: z.string(),
  firstAdminUrl: z.string().nullable(),
  movedPorts: z.array(MovedPort).optional(),
  processes: z.array(ProcessRow),
});

export type ProcessRow = z.infer<typeof ProcessRow>;
export type MovedPort = z.infer<typeof MovedPort>;
export type Processes = z.infer<typeof Processes>;

/** What runs for this data folder, as its supervisor last wrote it; null when nothing ever ran here. */
export function readProcesses(file: string): Processes | null {
  try {
    return Processes.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

/** Replace the file in one step: readers see the old or the new one, never half. */
export function writeProcesses(file: string, processes: Processes): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(processes, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
