import { pino } from "pino";
import { logSettings } from "#server/env.ts";

const settings = logSettings();

/** One wide line per request or job on stdout; the supervisor collects it. Never prompts, never keys. */
export const log = pino({
  level: settings.level,
  base: { process: settings.process },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: ["*.password", "*.token", "*.secret", "*.authorization", "headers.cookie"],
});
