import { log } from "#server/log.ts";

const driverFolder = "/node_modules/postgres/";

/**
 * postgres.js throws out of a timer, where nobody can catch it, when it writes to a connection that the server has
 * just closed ("Cannot read properties of null (reading 'write')", 3.4.9). A process that promises to go on without
 * Postgres must not end by that: such an error is logged and the driver reconnects. Any other one still ends it.
 * The query concerned may never settle, so whoever loops over queries gives each a limit (`within`).
 */
export function outliveDatabase(): void {
  process.on("uncaughtException", (error) => {
    if (isDriverCrash(error)) {
      log.warn({ err: error }, "database.driver_threw");
      return;
    }
    log.fatal({ err: error }, "process.uncaught");
    process.exit(1);
  });
}

/** Thrown by the driver itself, not by code of ours that it called. */
export function isDriverCrash(error: Error): boolean {
  const [thrownAt = ""] = (error.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return error instanceof TypeError && thrownAt.includes(driverFolder);
}

/** The promise, or an error after `ms`: for queries whose connection may have died unseen. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`the database did not answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
