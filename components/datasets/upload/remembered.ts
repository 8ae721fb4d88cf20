import { z } from "zod";

type Named = { name: string; size: number; lastModified: number };

const Remembered = z.array(z.object({ id: z.string(), name: z.string(), size: z.number(), lastModified: z.number() }));

const mostRemembered = 20;
const keyOf = (project: string) => `forge.uploads.${project}`;

/** The upload that this browser began for this very file, if any. */
export function remembered(project: string, file: Named): string | null {
  return read(project).find((known) => isSame(known, file))?.id ?? null;
}

/** Note an upload, so that the same file chosen again goes on with it. */
export function remember(project: string, { name, size, lastModified }: Named, id: string): void {
  const others = read(project).filter((known) => !isSame(known, { name, size, lastModified }));
  write(project, [{ id, name, size, lastModified }, ...others].slice(0, mostRemembered));
}

export function forget(project: string, file: Named): void {
  write(
    project,
    read(project).filter((known) => !isSame(known, file)),
  );
}

/** The same by the upload's id. */
export function forgetUpload(project: string, id: string): void {
  write(
    project,
    read(project).filter((known) => known.id !== id),
  );
}

function isSame(a: Named, b: Named): boolean {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}

function read(project: string): z.infer<typeof Remembered> {
  try {
    return Remembered.parse(JSON.parse(localStorage.getItem(keyOf(project)) ?? "[]"));
  } catch {
    return [];
  }
}

function write(project: string, list: z.infer<typeof Remembered>): void {
  try {
    localStorage.setItem(keyOf(project), JSON.stringify(list));
  } catch {
    // a private window may have no storage: the upload works, it just cannot be found again
  }
}
