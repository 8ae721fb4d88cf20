import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createTRPCClient, httpLink } from "@trpc/client";
import superjson from "superjson";
import { GET as download } from "#app/api/datasets/[version]/[part]/route.ts";
import { POST as mutate, GET as query } from "#app/api/trpc/[trpc]/route.ts";
import { DELETE, HEAD, PATCH, POST } from "#app/api/uploads/[id]/route.ts";
import { POST as beginUpload } from "#app/api/uploads/route.ts";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase } from "#db/testing.ts";
import { importDataset } from "#server/datasets/import.ts";
import type { AppRouter } from "#server/router.ts";
import { fileStorage } from "#server/storage.ts";

export type TestConsole = Awaited<ReturnType<typeof openTestConsole>>;

/** The console's own handlers on a free port, for this machine's admin key. Once a process: they share settings and dependencies. */
export async function openTestConsole() {
  const data = await mkdtemp(join(tmpdir(), "largeforge-test-console-"));
  const key = randomBytes(24).toString("hex");
  await writeFile(join(data, "admin-key"), key);
  const database = await keepDatabase();
  Object.assign(process.env, { DATABASE_URL: database.url, FORGE_DATA: data, FORGE_SECRET: "s".repeat(32) });
  const projectId = newId("project");
  await database.db.insert(projects).values({ id: projectId, slug: "default", name: "Default" });
  let toLose = 0;
  const losing = () => toLose > 0 && toLose-- > 0;
  const server = serve({ fetch: (request) => route(request, losing), port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const headers = { authorization: `Bearer ${key}`, "x-forge-project": "default" };
  const links = [httpLink({ url: `${url}/api/trpc`, transformer: superjson, headers })];
  const trpc = createTRPCClient<AppRouter>({ links });
  const connection = { trpc, url, apiUrl: "", key, project: "default", headers };
  const storage = fileStorage(data);
  const ctx = { db: database.db, storage, projectId, actor: "system:jobs" as const, enqueue: () => {} };
  return {
    connection,
    storage,
    /** The next `parts` parts get a 502 instead of arriving. */
    lose: (parts: number) => {
      toLose = parts;
    },
    runImport: (versionId: string) => importDataset(ctx, { versionId }, new AbortController().signal),
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      await database.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function route(request: Request, losing: () => boolean): Promise<Response> {
  const [, , area = "", id = "", part = ""] = new URL(request.url).pathname.split("/");
  if (area === "trpc") return request.method === "GET" ? query(request) : mutate(request);
  if (area === "datasets") return download(request, { params: Promise.resolve({ version: id, part }) });
  if (!id) return beginUpload(request);
  if (request.method === "PATCH" && losing()) return new Response("bad gateway", { status: 502 });
  const verb = new Map(Object.entries({ DELETE, HEAD, PATCH, POST })).get(request.method);
  return verb ? verb(request, { params: Promise.resolve({ id }) }) : new Response(null, { status: 405 });
}

/** `inDatabase` over several tests. */
async function keepDatabase(): Promise<{ db: Pool; url: string; drop: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const kept: Promise<void> = inDatabase(
      (database) =>
        new Promise<void>((release) => {
          resolve({
            ...database,
            drop: async () => {
              release();
              await kept;
            },
          });
        }),
    );
    kept.catch(reject);
  });
}
