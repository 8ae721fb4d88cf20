import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Connection } from "#cli/client.ts";
import { sendPath } from "#cli/datasets/send-path.ts";
import { DomainError } from "#server/errors.ts";
import { chooseFiles } from "#server/models/check/choose.rule.ts";

/**
 * Send the files of a model, a folder or one GGUF, to the console as uploads → their names in the folder with the
 * uploads' ids, as models.import takes them. `onProgress` gets the bytes sent and their total. INVALID when the path
 * cannot be read, REFUSED when it holds no model.
 */
export async function uploadModel(
  connection: Connection,
  path: string,
  wanted: string | undefined,
  onProgress: (sentBytes: number, bytes: number) => void,
) {
  const found = await stat(path).catch((cause: unknown) => {
    throw new DomainError("INVALID", `${path} cannot be read: is it there, and yours?`, { cause });
  });
  const folder = found.isDirectory() ? path : dirname(path);
  const { paths } = chooseFiles(found.isDirectory() ? await readdir(path) : [basename(path)], wanted);
  const sizes = await Promise.all(paths.map(async (name) => (await stat(join(folder, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let before = 0;
  const files: { path: string; uploadId: string }[] = [];
  for (const [index, name] of paths.entries()) {
    const uploadId = await sendPath(connection, join(folder, name), (sent) => onProgress(before + sent, total));
    before += sizes[index] ?? 0;
    files.push({ path: name, uploadId });
  }
  return files;
}
