import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { env } from "#server/env.ts";
import { isAlive, type ProcessRef } from "#server/process.ts";
import { Manifest, PidFile, type Spec } from "#server/runs/contract.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { storable } from "#server/text/stored-text.rule.ts";

/** Where a run's trainer works: FORGE_DATA/runs/<id>. */
export function runFolder(runId: string) {
  return runFolderAt(join(env().FORGE_DATA, "runs", runId));
}

/** The same of any folder, by its path. */
export function runFolderAt(root: string) {
  const at = (name: string) => join(root, name);
  return {
    root,
    base: (name: string) => join(root, "base", name),
    spec: at("spec.json"),
    events: at("events.jsonl"),
    log: at("log"),
    cancel: at("cancel"),
    pid: at("pid.json"),
    adapter: at("adapter"),
    manifest: at("manifest.json"),
    adapterGguf: at("adapter.gguf"),
    checkpoints: at("checkpoints"),
    train: join(root, "data", "train.jsonl"),
    validation: join(root, "data", "validation.jsonl"),
  };
}
export type RunFolder = ReturnType<typeof runFolder>;

/** Put links to the data and the spec into the folder; safe to repeat. */
export async function prepareFolder(
  folder: RunFolder,
  spec: Spec,
  data: { train: string; validation: string | null },
): Promise<void> {
  await mkdir(join(folder.root, "data"), { recursive: true });
  await relink(data.train, folder.train);
  if (data.validation) await relink(data.validation, folder.validation);
  await writeFile(folder.spec, `${JSON.stringify(spec, null, 2)}\n`);
}

async function relink(target: string, path: string) {
  await rm(path, { force: true });
  await symlink(target, path);
}

/** The trainer that holds this folder, alive; null when there is none. */
export async function findTrainer(folder: RunFolder): Promise<ProcessRef | null> {
  const written = PidFile.safeParse(await readJson(folder.pid));
  return written.success && isAlive(written.data) ? written.data : null;
}

/** Remove a run's folder with all its trainer wrote; false, and nothing is removed, while the trainer lives. */
export async function removeRunFolder(folder: RunFolder): Promise<boolean> {
  if (await findTrainer(folder)) return false;
  await rm(folder.root, { recursive: true, force: true }); // links inside are removed, not followed
  return true;
}

/** Ask the trainer to stop after its step, with a checkpoint. */
export async function askToStop(folder: RunFolder): Promise<void> {
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.cancel, "");
}

/** The manifest of a finished run; null when there is none. */
export async function readManifest(folder: RunFolder): Promise<Manifest | null> {
  const found = Manifest.safeParse(await readJson(folder.manifest));
  return found.success ? found.data : null;
}

/** The last lines of the log, for an error that has nothing better to say. */
export async function lastWords(folder: RunFolder): Promise<string> {
  const text = await readFile(folder.log, "utf8").catch(() => "");
  return storable(cutText(text.trim().split("\n").at(-1) ?? "", 300));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return null;
  }
}
