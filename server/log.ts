import { pino, stdSerializers } from "pino";
import { logSettings } from "#server/env.ts";

const settings = logSettings();

/** One wide line per request or job on stdout; the supervisor collects it. Never prompts, never keys. */
export const log = pino({
  level: settings.level,
  base: { process: settings.process },
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: serializeError },
  formatters: { level: (label) => ({ level: label }) },
  redact: ["*.password", "*.token", "*.secret", "*.authorization", "headers.cookie"],
});

const errorFields = ["type", "message", "stack", "code", "reason", "field"] as const;

/** Drivers hang whole clients on their errors; a line keeps what tells the fault. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const full: Record<string, unknown> = { ...stdSerializers.err(error) };
  return Object.fromEntries(errorFields.flatMap((field) => (full[field] === undefined ? [] : [[field, full[field]]])));
}
