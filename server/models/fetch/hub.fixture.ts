import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";

const commit = "a".repeat(40);
const largeFrom = 4_096;

export type Hub = {
  url: string;
  commit: string;
  /** every Range that was asked of a file, as sent */
  ranges: { path: string; range: string | undefined }[];
  /** cut the connection after so many bytes of this file's body; once per entry */
  cutAfter: Map<string, number[]>;
  /** send other bytes than the listing promises */
  lieAbout: Set<string>;
  /** keep the body of a resumed download open after its first bytes until this is resolved */
  stallOn: Map<string, Promise<void>>;
  close: () => Promise<void>;
};

/** A server that speaks as much of the Hub's protocol as its npm client uses, over one folder. */
export async function startHub(repo: string, folder: string): Promise<Hub> {
  const hub = { ranges: [], cutAfter: new Map(), lieAbout: new Set<string>(), stallOn: new Map(), commit };
  const state: Omit<Hub, "url" | "close"> = hub;
  const server = createServer((request, response) => {
    void answer(state, repo, folder, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, close });
}

async function answer(
  hub: Omit<Hub, "url" | "close">,
  repo: string,
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const url = new URL(request.url ?? "/", "http://hub");
  if (url.pathname === `/api/models/${repo}/revision/main`) {
    return json(response, { _id: "1", id: repo, sha: commit, private: false, downloads: 0, gated: false, likes: 0 });
  }
  if (url.pathname === `/api/models/${repo}/tree/${commit}`) return json(response, await list(folder));
  const prefix = `/${repo}/resolve/${commit}/`;
  if (!url.pathname.startsWith(prefix)) return json(response, { error: "Repository not found" }, 404);
  await sendFile(hub, folder, url.pathname.slice(prefix.length), request, response);
}

async function sendFile(
  hub: Omit<Hub, "url" | "close">,
  folder: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const file = join(folder, path);
  const { size } = await stat(file);
  const range = request.headers.range;
  hub.ranges.push({ path, range });
  const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const start = Number(from);
  const end = to ? Math.min(Number(to), size - 1) : size - 1;
  const length = { "content-length": String(end - start + 1), etag: `"${path}"`, "accept-ranges": "bytes" };
  response.writeHead(range ? 206 : 200, { ...length, "content-range": `bytes ${start}-${end}/${size}` });
  if (end === 0) return response.end(Buffer.alloc(1)); // the client asks for the size only
  const cut = hub.cutAfter.get(path)?.shift() ?? Number.POSITIVE_INFINITY;
  let sent = 0;
  for await (const chunk of createReadStream(file, { start, end, highWaterMark: 16_384 })) {
    const bytes = hub.lieAbout.has(path) ? Buffer.alloc(chunk.length, 120) : chunk;
    response.write(bytes);
    sent += bytes.length;
    if (start > 0) await hub.stallOn.get(path);
    if (sent >= cut) return response.destroy();
  }
  response.end();
}

async function list(folder: string) {
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (path) => {
      const bytes = await readFile(join(folder, path));
      const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
      const lfs = { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: 130 };
      return { type: "file", path, size: bytes.length, oid, ...(bytes.length > largeFrom ? { lfs } : {}) };
    }),
  );
}

function json(response: ServerResponse, body: unknown, status = 200) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
