import type { Command } from "commander";
import { print, table } from "#cli/output.ts";
import { dataDir, root } from "#cli/paths.ts";
import { commandOutput } from "#cli/setup/machine.ts";
import { runningProcesses } from "#cli/up.ts";
import { DomainError } from "#server/errors.ts";
import { isAlive } from "#server/ops/processes/identity.ts";

/** `forge status`: processes, ports, restarts, versions. Exit 3 when nothing runs. */
export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("processes, ports, versions, health")
    .action((_options: unknown, command: Command) => {
      const running = runningProcesses();
      if (!running) throw new DomainError("UNAVAILABLE", `nothing runs for ${dataDir}: ./forge up`);
      const processes = running.processes.map((row) => ({ ...row, alive: isAlive(row) }));
      const version = commandOutput("git", ["-C", root, "describe", "--always", "--dirty"]) ?? "unknown";
      const report = { ...running, processes, dataDir, version, node: process.versions.node };
      print(command, report, (all) =>
        [
          `${all.state}  version ${all.version}, Node ${all.node}`,
          `console  ${all.consoleUrl}`,
          `API      ${all.apiUrl}`,
          ...(all.firstAdminUrl ? [`first admin (one-time link)  ${all.firstAdminUrl}`] : []),
          `data     ${all.dataDir}`,
          "",
          table(
            ["process", "state", "pid", "port", "restarts"],
            all.processes.map((row) => [row.name, row.alive ? row.state : "ended", row.pid, row.port, row.restarts]),
          ),
        ].join("\n"),
      );
    });
}
