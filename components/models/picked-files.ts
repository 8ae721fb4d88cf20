import { chooseFiles } from "#server/models/check/choose.rule.ts";

/** One file that will be sent: its name inside the model's folder. */
export type PickedFile = { path: string; file: File };
export type Picked = { files: PickedFile[]; bytes: number } | { refused: string };

/**
 * Of the files that a person chose, those that make a base model; or why they make none. A chosen folder counts with
 * its top level alone, as the server reads it.
 */
export function pickModelFiles(chosen: readonly File[]): Picked {
  const named = chosen.map((file) => {
    const inFolder = file.webkitRelativePath.split("/").slice(1).join("/");
    return { path: inFolder || file.name, file };
  });
  const top = named.filter(({ path }) => !path.includes("/"));
  try {
    const { paths } = chooseFiles(top.map(({ path }) => path));
    const files = top.filter(({ path }) => paths.includes(path));
    return { files, bytes: files.reduce((sum, { file }) => sum + file.size, 0) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { refused: error.message };
  }
}
