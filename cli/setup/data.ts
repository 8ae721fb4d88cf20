import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Make the data folder of a single machine: `secret` (64 hex characters) and `admin-key`, both mode 0600.
 * A FORGE_SECRET from outside wins and is not stored.
 */
export async function setUpDataFolder(dir: string): Promise<{ secret: string; adminKey: string }> {
  await mkdir(join(dir, "run"), { recursive: true, mode: 0o700 });
  await mkdir(join(dir, "logs"), { recursive: true, mode: 0o700 });
  const secret =
    process.env.FORGE_SECRET || (await readOrCreate(join(dir, "secret"), () => randomBytes(32).toString("hex")));
  const adminKey = await readOrCreate(join(dir, "admin-key"), () => `lfa_${randomBytes(32).toString("base64url")}`);
  return { secret, adminKey };
}

async function readOrCreate(file: string, make: () => string) {
  if (!existsSync(file)) {
    await writeFile(`${file}.new`, make(), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  return (await readFile(file, "utf8")).trim();
}
