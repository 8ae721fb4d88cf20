/** A file of an artifact: its name inside the folder, its content address, its size. */
export type ArtifactFile = { path: string; sha256: string; bytes: number };

/** The text whose sha256 is an artifact's digest: `<sha256>  <path>` lines sorted by path, as sha256sum writes them. */
export function manifestOf(files: readonly ArtifactFile[]): string {
  const byPath = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return byPath.map(({ sha256, path }) => `${sha256}  ${path}\n`).join("");
}
