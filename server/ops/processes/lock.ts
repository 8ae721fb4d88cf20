import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type FolderLock = { release: () => void };

/**
 * Take the operating system's lock of a data folder, or null when another live process holds it.
 * SQLite's file lock is released by the kernel when its owner dies, however it dies.
 */
export function takeLock(file: string): FolderLock | null {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  try {
    database.exec("pragma busy_timeout = 0; begin exclusive");
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw error;
  }
}
