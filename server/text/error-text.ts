import { DrizzleQueryError } from "drizzle-orm/errors";

const causesAtMost = 5;

/**
 * A fault of ours in words that may be logged and shown. A failed query is told without its parameters: they hold
 * prompts, answers and people's addresses.
 */
export function errorText(error: unknown): string {
  if (error instanceof DrizzleQueryError)
    return `a query failed: ${error.cause?.message ?? "no reason given"} (${error.query.slice(0, 300)})`;
  return error instanceof Error ? error.message : String(error);
}

/** Where it was thrown and by what: each cause's words and stack frames, without any query's parameters. */
export function traceOfFault(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error && parts.length < causesAtMost; at = at.cause)
    parts.push([`${at.name}: ${errorText(at)}`, ...framesOf(at)].join("\n"));
  return parts.join("\ncaused by: ");
}

/** Only lines that are frames: the first ones repeat the message, parameters included. */
function framesOf(error: Error): string[] {
  return (error.stack ?? "").split("\n").filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line));
}
