import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, Option } from "commander";
import { parseCount } from "#cli/options.ts";
import { print, wantsJson } from "#cli/output.ts";
import { logFile } from "#cli/paths.ts";
import { DomainError } from "#server/errors.ts";

const tailBytes = 256 * 1024;
const pollMs = 250;
const processNames = ["console", "gateway", "jobs", "inference", "supervisor"];

/**
 * `forge logs`: the combined log, readable; `--follow` goes on, `--process` picks one. With --json the last lines as
 * `{items}`, each as it was logged; one that is not ours is `{msg}`.
 */
export function registerLogs(program: Command): void {
  program
    .command("logs")
    .description("the combined log of all processes")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --lines <n>", "how many of the last lines", parseCount, 100)
    .addOption(new Option("--process <name>", "only the lines of one process").choices(processNames))
    .action(async (options: { follow?: boolean; lines: number; process?: string }, command: Command) => {
      if (!existsSync(logFile)) throw new DomainError("UNAVAILABLE", `there is no log yet (${logFile}): ./forge up`);
      if (options.follow && wantsJson(command))
        command.error("error: --follow has no end, so it makes no JSON document: leave one of them out");
      const first = readFrom(Math.max(0, statSync(logFile).size - tailBytes));
      const lines = first.text.split("\n").filter((line) => line && matches(line, options.process));
      const last = lines.slice(-options.lines);
      const result = { items: last.map((line) => parse(line) ?? { msg: line }) };
      if (last.length > 0 || wantsJson(command)) print(command, result, () => last.map(readable).join("\n"));
      let offset = first.end;
      while (options.follow) {
        await sleep(pollMs);
        const more = readFrom(offset);
        offset = more.end;
        for (const line of more.text.split("\n"))
          if (line && matches(line, options.process)) process.stdout.write(`${readable(line)}\n`);
      }
    });
}

function readFrom(offset: number): { text: string; end: number } {
  const size = statSync(logFile).size;
  const from = size < offset ? 0 : offset; // the log was rotated
  const file = openSync(logFile, "r");
  try {
    const buffer = Buffer.alloc(size - from);
    const read = readSync(file, buffer, 0, buffer.length, from);
    const lastLine = buffer.lastIndexOf(10, read - 1);
    return { text: buffer.toString("utf8", 0, lastLine + 1), end: from + lastLine + 1 };
  } finally {
    closeSync(file);
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function matches(line: string, name: string | undefined) {
  return !name || parse(line)?.process === name;
}

/** `12:04:05 jobs info runs.done runId=… ms=…`; a line that is not ours is shown as it is. */
function readable(line: string): string {
  const entry = parse(line);
  if (!entry) return line;
  const { time, level, process: name, msg, ...rest } = entry;
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [String(time ?? "").slice(11, 19), name, level, msg, ...fields].filter(Boolean).join(" ");
}
