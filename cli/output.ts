import { TRPCClientError } from "@trpc/client";
import { type Command, CommanderError } from "commander";
import { DomainError, type ErrorCode, errorCodes } from "#server/errors.ts";
import { isRecord } from "#server/text/json.rule.ts";

/** Does this invocation ask for one JSON document on stdout? */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true;
}

/** Print a result: the JSON document with --json, else what `human` makes of it. Only results go to stdout. */
export function print<T>(command: Command, result: T, human: (result: T) => string): void {
  const text = wantsJson(command) ? JSON.stringify(result, jsonValue, 2) : human(result);
  process.stdout.write(`${text}\n`);
}

/** Progress and remarks for people, on stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function jsonValue(_key: string, value: unknown) {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Columns padded to their widest cell; numbers stay as given. */
export function table(headers: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [headers, ...rows].map((row) => row.map((cell) => String(cell ?? "–")));
  const widths = headers.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * A line that shows how long a step has taken so far: in place on a terminal, every 15 s otherwise.
 * Ends with the time it took, or with the failure.
 */
export async function withProgress<T>(
  label: string,
  work: (update: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const from = performance.now();
  const terminal = process.stderr.isTTY;
  let detail = "";
  const line = () => `  ${label} … ${detail ? `${detail}, ` : ""}${seconds(performance.now() - from)}`;
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r\x1b[K${line()} ` : `${line()}\n`),
    terminal ? 500 : 15_000,
  );
  const end = (text: string) => process.stderr.write(`${terminal ? "\r\x1b[K" : ""}  ${text}\n`);
  try {
    const result = await work((next) => {
      detail = next;
    });
    end(`${label}: done in ${seconds(performance.now() - from)}`);
    return result;
  } catch (error) {
    end(`${label}: failed after ${seconds(performance.now() - from)}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** "2 min 14 s", "4.2 s". */
export function seconds(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const total = Math.round(ms / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

type Failure = { code: string; message: string; field: string | null; requestId: string | null };

/** Print an error where it belongs and return the exit code of docs/settings.md. */
export function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // help was asked for
  const failure = describe(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  if (error instanceof CommanderError) return 2; // the parser itself has told people
  if (!json) {
    const where = isPlaceMissing(failure) ? ` (${failure.field})` : "";
    say(`forge: ${failure.message}${where}${failure.requestId ? `  [request ${failure.requestId}]` : ""}`);
    const note = whoseKey(failure.code);
    if (note) say(note);
  }
  return isErrorCode(failure.code) ? errorCodes[failure.code].exit : 1;
}

/** A check of the input may only say what is wrong; every other message names what it is about. */
function isPlaceMissing({ code, message, field }: Failure): boolean {
  return field !== null && code === "INVALID" && !message.includes(field);
}

/** Say that Ctrl-C ended a command and, where there is something to say, how to go on. */
export function reportInterrupt(howToGoOn: string, json: boolean): void {
  const failure = { code: "INTERRUPTED", message: howToGoOn || "interrupted", field: null, requestId: null };
  if (json) process.stdout.write(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  else if (howToGoOn) say(`${process.stderr.isTTY ? "\r\x1b[K" : ""}interrupted: ${howToGoOn}`);
}

/** A program's key that stands in FORGE_API_KEY is the shell's too: said where it is not let in, null elsewhere. */
function whoseKey(code: string) {
  if (!process.env.FORGE_API_KEY || !["UNAUTHENTICATED", "FORBIDDEN"].includes(code)) return null;
  const remedy = process.env.FORGE_URL ? "" : "; unset FORGE_API_KEY to act as the admin of this machine";
  return `  the shell used the key in FORGE_API_KEY${remedy}`;
}

function describe(error: unknown): Failure {
  if (error instanceof DomainError)
    return { code: error.code, message: error.message, field: error.field, requestId: null };
  if (error instanceof TRPCClientError) return fromServer(error);
  if (error instanceof CommanderError) {
    const message =
      error.code === "commander.help" ? "name a command: see --help" : error.message.replace(/^error: /, "");
    return { code: "USAGE", message, field: null, requestId: null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "FAILED", message, field: null, requestId: null };
}

function fromServer(error: { message: string; data: unknown; cause?: unknown }): Failure {
  const data = isRecord(error.data) ? error.data : {};
  const text = (key: string) => (typeof data[key] === "string" ? data[key] : null);
  if (!error.data) {
    return {
      code: "UNAVAILABLE",
      message: `the control plane did not answer (${error.message}): is it running? ./forge up`,
      field: null,
      requestId: null,
    };
  }
  return { code: text("code") ?? "FAILED", message: error.message, field: text("field"), requestId: text("requestId") };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
