import { reachableHost } from "#server/http/reachable-host.rule.ts";

/** How a process is started and how it says that it is ready: an HTTP address that answers 200, or a file that holds its pid. */
export type ProcessPlan = {
  name: "inference" | "jobs" | "gateway" | "console";
  args: string[];
  port: number | null;
  /** people connect to it: the supervisor holds its socket, so that a restart refuses nobody */
  isPublic: boolean;
  ready: { url: string } | { file: string };
  /** how long a graceful stop may take before it is killed, in ms */
  stopWithinMs: number;
};

export type Ports = { console: number; api: number; host: number };

/** The processes of one machine; they stop in reverse order. */
export function planProcesses(options: { ports: Ports; host: string; dataDir: string }): ProcessPlan[] {
  const { ports, host, dataDir } = options;
  const reach = reachableHost(host);
  return [
    {
      name: "inference",
      args: ["workers/inference.ts"],
      port: ports.host,
      isPublic: false,
      ready: { url: `http://127.0.0.1:${ports.host}/health` },
      stopWithinMs: 10_000,
    },
    {
      name: "jobs",
      args: ["workers/jobs.ts"],
      port: null,
      isPublic: false,
      ready: { file: `${dataDir}/run/jobs.ready` },
      stopWithinMs: 10_000,
    },
    {
      name: "gateway",
      args: ["workers/gateway.ts"],
      port: ports.api,
      isPublic: true,
      ready: { url: `http://${reach}:${ports.api}/health` },
      stopWithinMs: 30_000,
    },
    {
      name: "console",
      args: ["workers/console.ts"],
      port: ports.console,
      isPublic: true,
      ready: { url: `http://${reach}:${ports.console}/api/health` },
      stopWithinMs: 10_000,
    },
  ];
}

/** The dependencies that people wait for start first: on two cores four starts at once take each of them twice as long. */
export function startWaves(plans: readonly ProcessPlan[]): ProcessPlan[][] {
  return [plans.filter((plan) => plan.isPublic), plans.filter((plan) => !plan.isPublic)];
}

const firstWaitMs = 500;
const longestWaitMs = 30_000;
const stableAfterMs = 60_000;

/** Exponential back-off after a crash; a process that ran for a minute starts over at the shortest wait. */
export function restartWaitMs(crashesInARow: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.max(0, crashesInARow - 1));
}

/** How many crashes in a row this one makes. */
export function countCrash(crashesBefore: number, ranForMs: number): number {
  return ranForMs >= stableAfterMs ? 1 : crashesBefore + 1;
}
