import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { migrateDatabase } from "#db/migrate.ts";
import { stopServerOf } from "#db/postmaster.ts";
import { adoptEnv, apiUrl, parseEnv, publicUrl, supervisorSettings } from "#server/env.ts";
import { log } from "#server/log.ts";
import { type SupervisedChild, superviseChild } from "#server/ops/processes/child.ts";
import { type KeptDatabase, keepDatabase } from "#server/ops/processes/database.ts";
import { prepareFirstAdmin, untilSomebody } from "#server/ops/processes/first-admin.ts";
import { holdListener } from "#server/ops/processes/listener.ts";
import { takeLock } from "#server/ops/processes/lock.ts";
import { openLog } from "#server/ops/processes/log-file.ts";
import { planProcesses, startWaves } from "#server/ops/processes/plan.rule.ts";
import { movedPorts, portOrFree } from "#server/ops/processes/ports.ts";
import { type Processes, readProcesses, writeProcesses } from "#server/ops/processes/registry.ts";
import { endTrainers } from "#server/ops/processes/trainers.ts";
import { endProcess, startTimeOf } from "#server/process.ts";

const conflictExit = 5;
const orphanGraceMs = 10_000;
/** Those that start later do not hold up those that people wait for, nor wait for ever on one that hangs. */
const nextWaveAfterMs = 10_000;

const settings = supervisorSettings();
const file = join(settings.dataDir, "run", "processes.json");
const lock = takeLock(join(settings.dataDir, "run", "lock"));
if (!lock) process.exit(conflictExit);

for (const orphan of readProcesses(file)?.processes ?? []) await endProcess(orphan, orphanGraceMs);

const children: SupervisedChild[] = [];
let database: Promise<KeptDatabase> | null = null;
const state: Processes = {
  supervisorPid: process.pid,
  supervisorStartTime: startTimeOf(process.pid) ?? "",
  state: "starting",
  failure: null,
  consoleUrl: "",
  apiUrl: "",
  firstAdminUrl: null,
  movedPorts: [],
  processes: [],
};
const publish = (change: Partial<Processes> = {}) => {
  Object.assign(state, change, { processes: children.map((child) => child.row()) });
  writeProcesses(file, state);
};

let stopping: Promise<void> | null = null;
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => void stop(0));

try {
  await start();
} catch (error) {
  if (stopping) await stopping; // what it was about to use is being stopped
  log.fatal({ err: error }, "supervisor.start_failed");
  publish({ state: "failed", failure: error instanceof Error ? error.message : String(error) });
  await stop(1);
}

async function start() {
  const host = settings.host;
  const ports = {
    console: await portOrFree(settings.ports.console, host),
    api: await portOrFree(settings.ports.api, host),
    host: await portOrFree(settings.ports.host, "127.0.0.1"),
  };
  const consoleUrl = publicUrl({
    FORGE_PUBLIC_URL: settings.publicUrl,
    FORGE_HOST: host,
    FORGE_PORT: ports.console,
  });
  const moved = movedPorts(settings.ports, ports);
  publish({ consoleUrl, apiUrl: apiUrl({ FORGE_HOST: host, FORGE_API_PORT: ports.api }), movedPorts: moved });
  if (!settings.databaseUrl) database = keepDatabase(join(settings.dataDir, "pg"));
  const kept = await database;
  if (stopping) return; // the database is on its way down again
  const databaseUrl = settings.databaseUrl ?? kept?.url ?? "";
  await migrateDatabase(databaseUrl);
  if (stopping) return;
  const env = {
    ...settings.passOn,
    NODE_ENV: "production" as const,
    DATABASE_URL: databaseUrl,
    FORGE_DATA: settings.dataDir,
    FORGE_PORT: String(ports.console),
    FORGE_API_PORT: String(ports.api),
    FORGE_HOST_PORT: String(ports.host),
    FORGE_PUBLIC_URL: consoleUrl,
    NEXTAUTH_URL: consoleUrl,
  };
  const parsed = parseEnv(env);
  adoptEnv(parsed);
  const firstAdminUrl = await prepareFirstAdmin(parsed, consoleUrl);
  if (firstAdminUrl) void untilSomebody(databaseUrl).then(() => publish({ firstAdminUrl: null }));
  const logFd = openLog(join(settings.dataDir, "logs"));
  for (const wave of startWaves(planProcesses({ ports, host, dataDir: settings.dataDir }))) {
    if (stopping) return;
    const started: SupervisedChild[] = [];
    for (const plan of wave) {
      const listener = plan.isPublic && plan.port ? { listener: await holdListener(host, plan.port) } : {};
      const rest = { cwd: settings.root, env, logFd, onChange: () => publish() };
      started.push(superviseChild({ plan, ...listener, ...rest }));
    }
    children.unshift(...started); // they stop in reverse
    publish({ firstAdminUrl });
    await Promise.race([Promise.all(started.map((child) => child.ready)), sleep(nextWaveAfterMs)]);
  }
  await Promise.all(children.map((child) => child.ready));
  publish({ state: "ready" });
  log.info({ consoleUrl, apiUrl: state.apiUrl, databasePort: kept?.port ?? null }, "supervisor.ready");
}

/** Stop in reverse order, the database last, so that nothing loses what it still wants to write. */
function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    if (state.state !== "failed") publish({ state: "stopping" });
    for (const child of children.toReversed()) await child.stop();
    await endTrainers(settings.dataDir);
    const kept = await database?.catch(() => null); // one that is only just starting is waited for
    await kept?.stop();
    await stopServerOf(join(settings.dataDir, "pg", "cluster")); // one that came up too late to be kept
    lock?.release();
    process.exit(code);
  })();
  return stopping;
}
