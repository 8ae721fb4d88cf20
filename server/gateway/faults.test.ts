import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { eq, inArray, sql } from "drizzle-orm";
import type OpenAI from "openai";
import { expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { requests } from "#db/schema/requests.ts";
import { inDatabase } from "#db/testing.ts";
import { startDatabaseProxy } from "#server/gateway/database-proxy.fixture.ts";
import {
  addHost,
  addKey,
  addModel,
  addProject,
  clientOf,
  type GatewayProcess,
  startGateway,
} from "#server/gateway/gateway.fixture.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { clockOff, until } from "#server/process.fixture.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

type Scene = { db: Pool; url: string; key: string; projectId: string; upstream: Upstream };

/** One project, one key, one model on one host. */
function inScene(play: (scene: Scene) => Promise<void>): Promise<void> {
  return inDatabase(async ({ db, url }) => {
    const upstream = await startUpstream();
    const projectId = await addProject(db);
    const { key } = await addKey(db, projectId);
    const { versionIds } = await addModel(db, projectId, "nano");
    await addHost(db, projectId, upstream.url, versionIds);
    await play({ db, url, key, projectId, upstream }).finally(() => upstream.close());
  });
}

async function setExpiry(db: Pool, keyId: string, fromNow: string) {
  await db
    .update(apiKeys)
    .set({ expiresAt: sql`now() + ${fromNow}::interval` })
    .where(eq(apiKeys.id, keyId));
  await bumpSnapshot({ db });
}

const say = (content: string) => [{ role: "user" as const, content }];

function openStream(gateway: GatewayProcess, key: string, order: string) {
  return clientOf(gateway, key)
    .chat.completions.create({ model: "nano", messages: say(order), stream: true })
    .withResponse();
}

async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

async function loggedIds(db: Pool, ids: string[]): Promise<string[]> {
  const rows = await db.select({ id: requests.id }).from(requests).where(inArray(requests.id, ids));
  return rows.map((row) => row.id).sort();
}

test("SIGTERM: readiness fails first, forty live streams finish, then the process leaves with 0 and its log is whole", () =>
  inScene(async ({ db, url, key }) => {
    const gateway = await startGateway(url);
    const streams = await Promise.all(Array.from({ length: 40 }, () => openStream(gateway, key, "many 200")));
    const texts = streams.map((stream) => textOf(stream.data));
    gateway.child.kill("SIGTERM");
    await until(async () => (await fetch(`${gateway.url}/ready`)).status === 503);
    for (const text of await Promise.all(texts)) expect(text.trim().split(" ")).toHaveLength(200);
    expect(await gateway.kill("SIGTERM")).toBe(0);
    const ids = streams.map((stream) => stream.request_id ?? "").sort();
    expect(await loggedIds(db, ids)).toEqual(ids);
    expect(await readdir(join(gateway.data, "spool"))).toEqual([]);
  }));

test("kill -9 during streams loses no finished call: the next gateway brings its record home, once", () =>
  inScene(async ({ db, url, key }) => {
    const proxy = await startDatabaseProxy(url);
    const gateway = await startGateway(proxy.url);
    const unfinished = await openStream(gateway, key, "many 100000");
    const cutOff = textOf(unfinished.data).catch((error: unknown) => error);
    await proxy.cut(); // so that nothing can have reached Postgres before the kill
    const finished = await Promise.all(Array.from({ length: 25 }, () => openStream(gateway, key, "hello")));
    for (const stream of finished) expect(await textOf(stream.data)).toBe("I am host.");
    await gateway.kill("SIGKILL");
    expect(await cutOff).toBeInstanceOf(Error);
    const ids = finished.map((stream) => stream.request_id ?? "").sort();
    expect(await loggedIds(db, ids)).toEqual([]);
    const next = await startGateway(url, gateway.data);
    await until(async () => (await loggedIds(db, ids)).length === ids.length);
    expect(await next.kill("SIGTERM")).toBe(0);
    expect(await readdir(join(gateway.data, "spool"))).toEqual([]);
  }));

test("Postgres away: calls go on from the last snapshot, /ready says how stale, feedback waits with 503, nothing is lost", () =>
  inScene(async ({ db, url, key, projectId }) => {
    const proxy = await startDatabaseProxy(url);
    const gateway = await startGateway(proxy.url);
    const client = clientOf(gateway, key);
    const feedback = (id: string) =>
      fetch(`${gateway.url}/v1/feedback`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ request_id: id, accepted: true }),
      });
    await proxy.cut();
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) {
      const reply = await client.chat.completions.create({ model: "nano", messages: say("hello") });
      ids.push(reply._request_id ?? "");
    }
    const state = await until(async () => {
      const ready = await (await fetch(`${gateway.url}/ready`)).json();
      return ready.postgres === "down" && ready.snapshotStaleMs > 1_000 ? ready : null;
    });
    expect(state.status).toBe("ready");
    const waiting = await feedback(ids[0] ?? "");
    expect(waiting.status).toBe(503);
    expect((await waiting.json()).error).toMatchObject({ type: "overloaded", code: "database_unavailable" });

    const late = await addKey(db, projectId); // the database itself is well; only this gateway cannot see it
    await proxy.mend();
    await until(async () => (await loggedIds(db, ids)).length === ids.length);
    await until(() =>
      clientOf(gateway, late.key)
        .models.list()
        .catch(() => null),
    );
    expect((await feedback(ids[0] ?? "")).status).toBe(200);
    await gateway.kill("SIGTERM");
  }));

test.each([1, -1])("a gateway whose clock is %i h off lets in, turns away and dates like any other", (hours) =>
  inScene(async ({ db, url, key, projectId }) => {
    const young = await addKey(db, projectId);
    const expired = await addKey(db, projectId);
    await setExpiry(db, young.id, "30 minutes");
    await setExpiry(db, expired.id, "-30 minutes");
    const gateway = await startGateway(url, undefined, clockOff(hours));
    const ask = (by: string) =>
      clientOf(gateway, by).chat.completions.create({ model: "nano", messages: say("hello") });
    const ids = [await ask(key), await ask(young.key)].map((reply) => reply._request_id ?? "");
    await expect(ask(expired.key)).rejects.toMatchObject({ status: 401 });
    await until(async () => (await loggedIds(db, ids)).length === ids.length);
    const [{ offSeconds } = {}] = await db.execute<{ offSeconds: number }>(
      sql`select max(abs(extract(epoch from now() - received_at)))::float as "offSeconds" from requests`,
    );
    expect(offSeconds).toBeLessThan(1_800);
    expect(await gateway.kill("SIGTERM")).toBe(0);
  }),
);

test("a second gateway on the same data folder leaves the first one's spool alone", () =>
  inScene(async ({ db, url, key }) => {
    const first = await startGateway(url);
    const second = await startGateway(url, first.data);
    expect(await readdir(join(first.data, "spool"))).toHaveLength(2);
    const replies = await Promise.all(
      [first, second].map((gateway) =>
        clientOf(gateway, key).chat.completions.create({ model: "nano", messages: say("hello") }),
      ),
    );
    const ids = replies.map((reply) => reply._request_id ?? "").sort();
    await until(async () => (await loggedIds(db, ids)).length === 2);
    expect(await Promise.all([first.kill("SIGTERM"), second.kill("SIGTERM")])).toEqual([0, 0]);
  }));
