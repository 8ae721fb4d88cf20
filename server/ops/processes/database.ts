import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#db/embedded.ts";
import { log } from "#server/log.ts";
import { isAlive, startTimeOf } from "#server/process.ts";

const lookEveryMs = 1_000;
const againAfterMs = 2_000;

export type KeptDatabase = { url: string; port: number; pid: () => number; stop: () => Promise<void> };

/**
 * The embedded Postgres of `dir`, started now and again whenever it ends by itself: on the same port, so that every
 * process finds it where it was. Throws when the first start fails.
 */
export async function keepDatabase(dir: string): Promise<KeptDatabase> {
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dir });
  let startTime = startTimeOf(server.pid) ?? "";
  const stopping = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { ref: false, signal: stopping.signal }).catch(() => {});

  const keep = async () => {
    while (!stopping.signal.aborted) {
      await pause(lookEveryMs);
      if (stopping.signal.aborted || isAlive({ pid: server.pid, startTime })) continue;
      log.warn({ pid: server.pid }, "database.ended");
      try {
        server = await startEmbeddedPostgres({ dir });
        startTime = startTimeOf(server.pid) ?? "";
        log.info({ pid: server.pid, port: server.port }, "database.back");
      } catch (error) {
        log.error({ err: error }, "database.start_failed"); // its own children may still hold what it left
        await pause(againAfterMs);
      }
    }
  };
  const kept = keep();
  const { url, port } = server;
  return {
    url,
    port,
    pid: () => server.pid,
    stop: async () => {
      stopping.abort();
      await kept;
      await server.stop();
    },
  };
}
