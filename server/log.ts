import { pino } from "pino";
import { logSettings } from "#server/env.ts";
import { errorText, traceOfFault } from "#server/text/error-text.ts";

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

/** Drivers hang whole clients, and queries their parameters, on their errors; a line keeps what tells the fault. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const told = { type: error.name, message: errorText(error), stack: traceOfFault(error) };
  const named = ["code", "reason", "field"].flatMap((name) => {
    const value: unknown = Reflect.get(error, name) ?? (error.cause instanceof Error && Reflect.get(error.cause, name));
    return typeof value === "string" || typeof value === "number" ? [[name, value]] : [];
  });
  return { ...told, ...Object.fromEntries(named) };
}
