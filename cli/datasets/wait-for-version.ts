import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "#cli/client.ts";

const firstPollMs = 200;
const lastPollMs = 1_000;

/**
 * Until the import has ended one way or another; returns what `datasets.show` does. `onProgress` gets 0…1, the rows
 * read and, while the import waits, for what.
 */
export async function waitForVersion(
  { trpc }: Pick<Connection, "trpc">,
  versionId: string,
  onProgress: (share: number, rowsRead: number, waitingFor: string | null) => void = () => {},
) {
  for (let pause = firstPollMs; ; pause = Math.min(lastPollMs, pause * 1.5)) {
    const shown = await trpc.datasets.show.query({ ref: versionId });
    const { status, bytesRead, sourceBytes, rowsRead, waitingFor } = shown.version;
    if (status !== "importing" && status !== "uploading") return shown;
    onProgress(sourceBytes > 0 ? bytesRead / sourceBytes : 0, rowsRead, waitingFor);
    await sleep(pause);
  }
}
