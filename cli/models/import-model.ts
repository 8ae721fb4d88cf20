import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { type Connection, connect } from "#cli/client.ts";
import { interruptible } from "#cli/interrupt.ts";
import { uploadModel } from "#cli/models/upload-model.ts";
import { print, withProgress } from "#cli/output.ts";
import { DomainError } from "#server/errors.ts";
import type { ImportSource } from "#server/models/input.ts";

const pollMs = 500;

type Options = { hub?: string; path?: string; file?: string; upload?: boolean; wait?: boolean };

/** `forge models import NAME --hub owner/name[@revision] | --path FOLDER_OR_GGUF`. */
export function registerImport(models: Command): void {
  models
    .command("import")
    .description("register a base model: safetensors or GGUF, from the Hugging Face Hub or from here")
    .argument("<name>", "what runs and API calls will call it")
    .option("--hub <id>", "owner/name of the Hub, with @revision to pin another commit than the newest")
    .option("--path <path>", "a folder with config.json and safetensors, or one GGUF file")
    .option("--file <name>", "the one GGUF to take among several")
    .option("--upload", "send the files even when the control plane runs on this machine")
    .option("--wait", "until it can be used; exit 5 when it is refused")
    .action(async (name: string, options: Options, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const source = await sourceOf(connection, options);
      const started = await connection.trpc.models.import.mutate({ name, source });
      const shown = `${name}/${started.version}`;
      if (!options.wait) return print(command, started, () => `${shown} is being imported`);
      print(command, await waitForImport(connection, shown), (version) => `${version.name} is ready`);
    });
}

async function sourceOf(connection: Connection, { hub, path, file, upload }: Options): Promise<ImportSource> {
  if ((hub === undefined) === (path === undefined)) {
    throw new DomainError("INVALID", "say where the model comes from: --hub owner/name or --path FOLDER_OR_GGUF");
  }
  if (hub !== undefined) {
    const [repo = "", revision] = hub.split("@");
    return { kind: "hub", repo, revision, file };
  }
  const from = resolve(path ?? "");
  // Only the key of this machine may name its paths; anyone else's files travel.
  if (!upload && !process.env.FORGE_API_KEY && !process.env.FORGE_URL) return { kind: "local", path: from, file };
  const files = await withProgress(`uploading ${path}`, (update) =>
    uploadModel(connection, from, file, (sent, bytes) =>
      update(`${(sent / 1e6).toFixed(1)} of ${(bytes / 1e6).toFixed(1)} MB`),
    ),
  );
  return { kind: "upload", files };
}

/** Poll until the version is ready, with its progress on stderr; REFUSED with the reason when its import failed. */
export async function waitForImport({ trpc }: Pick<Connection, "trpc">, name: string) {
  const wait = async (update: (detail: string) => void) => {
    for (;;) {
      const model = await trpc.models.show.query({ model: name.split("/")[0] ?? name });
      const version = model.versions.find((one) => one.name === name);
      if (!version) throw new DomainError("NOT_FOUND", `${name} is gone`);
      if (version.status === "ready") return version;
      if (version.status === "failed") throw new DomainError("REFUSED", failureText(version.error));
      if (version.progress) update(progressText(version.progress));
      await sleep(pollMs);
    }
  };
  const goesOn = () => `the import goes on: ./forge models show ${name.split("/")[0]}`;
  return interruptible(goesOn, () => withProgress(`importing ${name}`, wait));
}

/** Why an import failed and what to do, in one line. */
export function failureText(error: { message: string; hint: string | null } | null): string {
  return error ? [error.message, error.hint?.replace(/\.$/, "")].filter(Boolean).join(". ") : "the import failed";
}

function progressText({ step, bytesDone, bytesTotal }: { step: string; bytesDone: number; bytesTotal: number | null }) {
  if (!bytesTotal) return step;
  return `${step} ${(bytesDone / 1e6).toFixed(1)} of ${(bytesTotal / 1e6).toFixed(1)} MB`;
}
