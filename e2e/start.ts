import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const cli = join(import.meta.dirname, "..", "cli", "main.ts");

export const admin = { email: "ada@example.test", password: "analytical-engine-1843" };

/** One control plane for all end-to-end tests: its own data folder (with a space in its path), ports and build; stopped afterwards. */
export default async function start() {
  const dir = await mkdtemp(join(tmpdir(), "largeforge e2e "));
  process.env.FORGE_DATA = dir;
  process.env.FORGE_ADMIN_EMAIL = admin.email;
  process.env.FORGE_ADMIN_PASSWORD = admin.password;
  process.env.FORGE_PORT = String(await freePort());
  process.env.FORGE_API_PORT = String(await freePort());
  process.env.FORGE_HOST_PORT = String(await freePort());
  for (const name of ["DATABASE_URL", "REDIS_URL", "FORGE_PUBLIC_URL", "FORGE_SECRET"]) delete process.env[name];
  const up = await forge("up", "--json");
  const { consoleUrl, apiUrl } = JSON.parse(up);
  process.env.FORGE_TEST_CONSOLE = consoleUrl;
  process.env.FORGE_TEST_API = apiUrl;
  return async () => {
    await forge("down", "--json");
    await rm(dir, { recursive: true, force: true });
  };
}

/** Run a command of the shell against this control plane; throws with its output when it fails. */
export async function forge(...args: string[]): Promise<string> {
  const node = ["--disable-warning=ExperimentalWarning", cli, ...args];
  const { stdout } = await run(process.execPath, node, { env: process.env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
