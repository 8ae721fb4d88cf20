import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createDb } from "#db/client.ts";
import { freePort } from "#db/embedded.ts";
import { adoptEnv, parseEnv } from "#server/env.ts";
import { createGateway } from "#server/gateway/app.ts";
import { createControl } from "#server/gateway/control/app.ts";
import { createDependencies } from "#server/gateway/dependencies.ts";
import { createForwarder } from "#server/gateway/forward.ts";
import { createLimits, defaultLimits } from "#server/gateway/limits.ts";
import { createMetrics } from "#server/gateway/metrics.ts";
import { serveGateway } from "#server/gateway/serve.ts";
import { keepSnapshot } from "#server/gateway/snapshot/keep.ts";
import { cutUnreadBody } from "#server/http/unread-body.ts";
import { hostTargets } from "#server/inference/client/host-target.ts";
import { createHost } from "#server/inference/host/app.ts";
import { openPool } from "#server/inference/host/pool.ts";
import { hmacOfKey } from "#server/keys/hmac.ts";
import { verifyInternalToken } from "#server/keys/internal-token.ts";
import { keepFlushing } from "#server/requests/flush.ts";
import { lineOf, openSpool } from "#server/requests/spool/append.ts";
import { secretFor } from "#server/secrets.ts";
import { fileStorage } from "#server/storage.ts";

export type Stack = Awaited<ReturnType<typeof openStack>>;
export type Route = { method: string; path: string };

const adminKey = "a".repeat(48);

/**
 * Gateway, console handlers and inference host in this process, each on a loopback port, over one database: their own
 * code from the socket to the table, so that what breaks inside is seen. The engine runs in its own child, as always.
 */
export async function openStack(databaseUrl: string, options: { concurrent?: number } = {}) {
  const dir = await mkdtemp(join(tmpdir(), "largeforge-fuzz-"));
  await writeFile(join(dir, "admin-key"), adminKey);
  const port = await freePort();
  const hostPort = await freePort();
  const settings = { DATABASE_URL: databaseUrl, FORGE_DATA: dir, FORGE_SECRET: "s".repeat(32) };
  adoptEnv(parseEnv({ ...settings, FORGE_API_PORT: String(port), HF_ENDPOINT: "http://127.0.0.1:9" }));
  const db = createDb(databaseUrl, { max: 8, name: "fuzz" });
  const storage = fileStorage(dir);
  const bytesRead = new Map<string, number>();

  const pool = openPool({
    threads: 1,
    cuda: false,
    maxContext: 8192,
    maxSequences: 8,
    mostSequences: 8,
    maxContexts: 3,
    waiting: { all: 256, perKey: 256 },
    kvBudgetBytes: 1e9,
    memoryBytes: 4e9,
    idleMs: 600_000,
    pathOf: storage.pathOf,
  });
  const bearer = secretFor("host").toString("hex");
  const host = createHost({ pool, bearer, accepting: () => true, health: () => ({}), now: () => new Date() });
  const hostListener = getRequestListener(host.fetch, { autoCleanupIncoming: false });
  const hostServer = await listen(noting(bytesRead, hostListener), hostPort);

  const spool = openSpool(join(dir, "spool"));
  const flusher = keepFlushing(db, spool);
  const keeper = keepSnapshot(db);
  const forwarder = createForwarder();
  const dependencies = createDependencies({
    keeper,
    forwarder,
    hostTarget: hostTargets(bearer),
    digestOf: hmacOfKey,
    reserve: createLimits({ ...defaultLimits, concurrent: options.concurrent ?? defaultLimits.concurrent }),
    verifyInternal: (token, nowMs) => {
      const grant = verifyInternalToken(token, nowMs);
      return grant && { id: grant.actor, projectId: grant.projectId, actor: grant.actor, scopes: grant.scopes };
    },
    noticeAfterMs: 1_000,
    record: (call) => spool.append(lineOf(call)),
  });
  const metrics = createMetrics(() => ({
    snapshotAgeSeconds: 0,
    spoolBytes: 0,
    droppedRows: 0,
    refusedRows: 0,
    ownerlessRows: 0,
  }));
  const control = createControl({ db, enqueue: () => {}, storage, isUp: () => true });
  const state = () => ({
    notReady: null,
    snapshotVersion: 0,
    snapshotStaleMs: 0,
    postgres: "up" as const,
    liveHosts: 1,
    spool: spool.state(),
  });
  const gateway = createGateway({ dependencies, metrics, metricsOpen: false, state, control });
  const gatewayListener = getRequestListener(gateway.fetch, { autoCleanupIncoming: false });
  const gatewayServer = await serveGateway(noting(bytesRead, gatewayListener), { host: "127.0.0.1", port });

  const consoleRoutes = await findConsoleRoutes();
  const consoleListener = getRequestListener((request) => answerConsole(consoleRoutes, request), {
    autoCleanupIncoming: false,
  });
  const consolePort = await freePort();
  const consoleServer = await listen(noting(bytesRead, consoleListener), consolePort);

  const routesOf = (app: { routes: readonly Route[] }) =>
    [...new Map(app.routes.map(({ method, path }) => [`${method} ${path}`, { method, path }])).values()].filter(
      ({ method }) => method !== "ALL",
    );
  return {
    db,
    dir,
    storage,
    adminKey,
    bearer,
    /** what each connection that is closed had read, by the x-fuzz-call header of its last request */
    bytesRead,
    urls: {
      gateway: `http://127.0.0.1:${port}`,
      console: `http://127.0.0.1:${consolePort}`,
      host: `http://127.0.0.1:${hostPort}`,
    },
    routes: {
      gateway: routesOf(gateway),
      host: routesOf(host),
      console: consoleRoutes.flatMap(({ path, handlers }) => [...handlers.keys()].map((method) => ({ method, path }))),
    },
    /** rows of the log that Postgres refused, or the disk */
    lostRows: () => flusher.rejected() + spool.state().dropped,
    flush: flusher.flush,
    confirm: keeper.confirm,
    close: async () => {
      await gatewayServer.drain(0);
      for (const server of [consoleServer, hostServer]) server.closeAllConnections();
      await Promise.all([consoleServer, hostServer].map((server) => new Promise((done) => server.close(done))));
      await flusher.stop();
      await keeper.stop();
      spool.close();
      await forwarder.close();
      await pool.close();
      await db.$client.end({ timeout: 1 });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Remembers how much was read for a call that names itself. */
function noting(bytesRead: Map<string, number>, listener: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const name = incoming.headers["x-fuzz-call"];
    const { socket } = incoming;
    if (typeof name === "string") socket.once("close", () => bytesRead.set(name, socket.bytesRead));
    listener(incoming, outgoing);
  };
}

function listen(listener: RequestListener, port: number): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    cutUnreadBody(incoming, outgoing);
    void listener(incoming, outgoing);
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

type Params = Record<string, string | string[]>;
type Handler = (request: Request, context: { params: Promise<Params> }) => Promise<Response> | Response;
type ConsoleRoute = { path: string; handlers: Map<string, Handler> };

const verbs = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Every file app/api/…/route.ts with the methods that it exports: what Next would mount. */
async function findConsoleRoutes(): Promise<ConsoleRoute[]> {
  const api = join(import.meta.dirname, "..", "..", "app", "api");
  const files = readdirSync(api, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("route.ts"));
  return Promise.all(
    files.sort().map(async (file) => {
      const module: Record<string, unknown> = await import(join(api, file));
      const handlers = new Map<string, Handler>();
      for (const verb of verbs) {
        const handler = module[verb];
        if (typeof handler === "function") handlers.set(verb, handler as Handler); // safe because Next calls it the same way
      }
      return { path: `/api/${file.slice(0, -"/route.ts".length)}`, handlers };
    }),
  );
}

async function answerConsole(routes: ConsoleRoute[], request: Request): Promise<Response> {
  const segments = new URL(request.url).pathname.split("/").slice(1);
  for (const { path, handlers } of routes) {
    const params = paramsOf(path.split("/").slice(1), segments);
    const handler = handlers.get(request.method) ?? (request.method === "HEAD" ? handlers.get("GET") : undefined);
    if (params && handler) return handler(request, { params: Promise.resolve(params) });
    if (params) return new Response(null, { status: 405 });
  }
  return new Response(null, { status: 404 });
}

/** As Next matches `[id]` and `[...rest]`; null when the path is another one, or cannot be decoded. */
function paramsOf(pattern: string[], segments: string[]): Params | null {
  const params: Params = {};
  try {
    for (const [i, part] of pattern.entries()) {
      if (part.startsWith("[...")) {
        params[part.slice(4, -1)] = segments.slice(i).map(decodeURIComponent);
        return segments.length > i ? params : null;
      }
      const segment = segments[i] ?? "";
      if (part.startsWith("[") && segment !== "") params[part.slice(1, -1)] = decodeURIComponent(segment);
      else if (part !== segment) return null;
    }
  } catch {
    return null;
  }
  return pattern.length === segments.length ? params : null;
}
