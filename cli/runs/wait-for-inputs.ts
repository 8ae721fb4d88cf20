import type { Connection } from "#cli/client.ts";
import { waitForVersion } from "#cli/datasets/wait-for-version.ts";
import { nullIfMissing } from "#cli/deletion.ts";
import { interruptible } from "#cli/interrupt.ts";
import { waitForImport } from "#cli/models/import-model.ts";
import { withProgress } from "#cli/output.ts";

type Inputs = { base: string; dataset: string; validationDataset?: string | null | undefined };

/**
 * Until what a run starts from is no longer being imported, with its progress on stderr. What is missing or was refused
 * is left to the start, which says why. Throws REFUSED when the base's import fails meanwhile.
 */
export async function waitForInputs(connection: Pick<Connection, "trpc">, inputs: Inputs): Promise<void> {
  await waitForBase(connection, inputs.base);
  for (const ref of [inputs.dataset, inputs.validationDataset]) if (ref) await waitForData(connection, ref);
}

/** Of a name without a number any ready version will do, as for the start itself. */
async function waitForBase(connection: Pick<Connection, "trpc">, ref: string) {
  const [name = ref, number] = ref.split("/");
  const model = await connection.trpc.models.show.query({ model: name }).catch(nullIfMissing);
  const meant = (model?.versions ?? []).filter((one) => number === undefined || String(one.version) === number);
  if (meant.some((one) => one.status === "ready")) return;
  const coming = meant.find((one) => one.status === "importing");
  if (coming) await waitForImport(connection, coming.name);
}

async function waitForData(connection: Pick<Connection, "trpc">, ref: string) {
  const shown = await connection.trpc.datasets.show.query({ ref }).catch(nullIfMissing);
  if (shown?.version.status !== "importing") return;
  const name = `${shown.name}/${shown.version.version}`;
  await interruptible(
    () => `the import goes on: ./forge datasets show ${name}`,
    () =>
      withProgress(`importing ${name}`, (update) =>
        waitForVersion(connection, shown.version.id, (_share, rows, waitingFor) =>
          update(waitingFor ? `waiting: ${waitingFor}` : `${rows} rows`),
        ),
      ),
  );
}
