import { and, eq, sql } from "drizzle-orm";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { prices } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { requestAttempts, requests } from "#db/schema/requests.ts";
import {
  addDeployment,
  addHost,
  addKey,
  addModel,
  addProject,
  clientOf,
  type GatewayProcess,
  holdDatabase,
  startGateway,
  untilServed,
} from "#server/gateway/gateway.fixture.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { until } from "#server/process.fixture.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

let database: Awaited<ReturnType<typeof holdDatabase>>;
let gateway: GatewayProcess;
let one: Upstream;
let two: Upstream;
let projectId: string;
let key: { id: string; key: string };
let client: OpenAI;
let versionIds: string[];
let modelId: string;
let hostOne: string;

beforeAll(async () => {
  database = await holdDatabase();
  const { db, url } = database;
  [one, two] = await Promise.all([startUpstream("one"), startUpstream("two")]);
  projectId = await addProject(db);
  key = await addKey(db, projectId, ["inference", "deployments:read"]);
  ({ versionIds, modelId } = await addModel(db, projectId, "nano", 2));
  hostOne = await addHost(db, projectId, one.url, versionIds.slice(0, 1));
  await addHost(db, projectId, two.url, versionIds.slice(1));
  gateway = await startGateway(url);
  client = clientOf(gateway, key.key);
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await Promise.all([one?.close(), two?.close()]);
  await database?.release();
});

const ask = async (model: string, user?: string, headers: Record<string, string> = {}) => {
  const messages = [{ role: "user" as const, content: "who" }];
  const reply = await client.chat.completions.create({ model, messages, user }, { headers }).withResponse();
  return {
    text: reply.data.choices[0]?.message.content ?? "",
    version: reply.response.headers.get("x-forge-model-version"),
    attempts: reply.response.headers.get("x-forge-attempts"),
    cost: reply.response.headers.get("x-forge-cost-usd"),
    id: reply.request_id ?? "",
  };
};
const versionsOf = async (model: string, users: string[]) => {
  const answers = await Promise.all(users.map((user) => ask(model, user)));
  return answers.map((answer) => answer.version);
};

test("a weight that moves takes over exactly the difference, and users who were moved stay moved", async () => {
  const { db } = database;
  const [v1 = "", v2 = ""] = versionIds;
  const { deploymentId, revisionIds } = await addDeployment(db, projectId, "support", [
    [v1, 8_000],
    [v2, 2_000],
  ]);
  const users = Array.from({ length: 100 }, (_, i) => `user-${i}`);
  await until(() => ask("support").catch(() => null));
  const before = await versionsOf("support", users);
  expect(await versionsOf("support", users)).toEqual(before);
  const moved = before.filter((version) => version === "nano/2").length;
  expect(moved).toBeGreaterThan(8);
  expect(moved).toBeLessThan(35);

  const weigh = (id: string | undefined, weightBps: number) =>
    db
      .update(revisions)
      .set({ weightBps })
      .where(eq(revisions.id, id ?? ""));
  await db.transaction(async (tx) => {
    await tx.update(revisions).set({ weightBps: 5_000 }).where(eq(revisions.deploymentId, deploymentId));
    await bumpSnapshot({ db: tx });
  });
  await untilServed(db, gateway);
  const after = await versionsOf("support", users);
  expect(after.filter((version) => version === "nano/2").length).toBeGreaterThan(moved);
  const backwards = after.filter((version, i) => before[i] === "nano/2" && version === "nano/1");
  expect(backwards).toEqual([]);

  await weigh(revisionIds[0], 0);
  await weigh(revisionIds[1], 10_000);
  await bumpSnapshot({ db });
  await untilServed(db, gateway);
  expect(new Set(await versionsOf("support", users))).toEqual(new Set(["nano/2"]));
  const pinned = await ask("support", "user-1", { "x-forge-revision": "1" });
  expect(pinned.version).toBe("nano/1");
});

test("a call goes to the host that holds the replica, and to any live host when none does", async () => {
  expect((await ask("nano/1")).text).toBe("I am one.");
  expect((await ask("nano/2")).text).toBe("I am two.");
  await addModel(database.db, projectId, "fresh");
  const first = await until(() => ask("fresh").catch(() => null));
  expect(first.text).toMatch(/^I am (one|two)\.$/);
});

test("a model whose name is not ASCII answers like any other, streamed or not", async () => {
  await addModel(database.db, projectId, "тикеты");
  const whole = await until(() => ask("тикеты").catch(() => null));
  expect(decodeURI(whole.version ?? "")).toBe("тикеты/1");
  const messages = [{ role: "user" as const, content: "who" }];
  const stream = await client.chat.completions.create({ model: "тикеты", messages, stream: true });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toMatch(/^I am /);
});

test("a host that is gone is passed over before the first byte, and the caller sees only the second attempt", async () => {
  const { db } = database;
  const gone = await startUpstream("gone");
  const { versionIds: both } = await addModel(db, projectId, "double");
  const goneId = await addHost(db, projectId, gone.url, both);
  await db
    .insert(replicas)
    .values({ id: newId("replica"), projectId, hostId: hostOne, modelVersionId: both[0] ?? "", status: "ready" });
  await bumpSnapshot({ db });
  const seen = new Set<string>();
  await until(async () => {
    seen.add((await ask("double").catch(() => null))?.text ?? "");
    return seen.has("I am one.") && seen.has("I am gone.");
  });
  await gone.close();
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask("double")));
  expect(new Set(answers.map((answer) => answer.text))).toEqual(new Set(["I am one."]));
  const moved = answers.find((answer) => answer.attempts === "2");
  const tries = await until(async () => {
    const rows = await db
      .select()
      .from(requestAttempts)
      .where(eq(requestAttempts.requestId, moved?.id ?? ""));
    return rows.length > 0 && rows.sort((a, b) => a.number - b.number);
  });
  expect(tries).toMatchObject([
    { number: 1, hostId: goneId, status: 503, errorCode: "upstream_unreachable", costUsdNanos: null, projectId },
    { number: 2, hostId: hostOne, status: 200, errorCode: null },
  ]);
  const [first, second] = tries;
  expect(second?.startedMs).toBeGreaterThanOrEqual((first?.startedMs ?? 0) + (first?.totalMs ?? 0) - 0.01);
  await db.update(hosts).set({ stoppedAt: sql`now()` }).where(eq(hosts.id, goneId));
  await bumpSnapshot({ db });
});

test("a price that has begun is charged, shown and logged in nanodollars", async () => {
  const { db } = database;
  await db.insert(prices).values({
    id: newId("price"),
    projectId,
    modelId,
    effectiveFrom: new Date(0),
    createdBy: "system:test",
    inputUsdNanosPerMillionTokens: 150_000_000n,
    outputUsdNanosPerMillionTokens: 600_000_000n,
  });
  await bumpSnapshot({ db });
  await untilServed(db, gateway);
  const priced = await ask("nano/1");
  expect(priced.cost).toBe("0.00000285"); // 7 × 0.15 $/M + 3 × 0.60 $/M
  const row = await until(async () => {
    const [found] = await db.select().from(requests).where(eq(requests.id, priced.id));
    return found ?? null;
  });
  expect(row.costUsdNanos).toBe(2_850n);
});

test("a revoked key is refused as soon as its revocation is served", async () => {
  const { db } = database;
  const other = await addKey(db, projectId);
  const its = clientOf(gateway, other.key);
  await until(() => its.models.list().catch(() => null));
  await db.update(apiKeys).set({ revokedAt: sql`now()` }).where(eq(apiKeys.id, other.id));
  await bumpSnapshot({ db });
  await untilServed(db, gateway);
  await expect(its.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
});

test("an expired key is refused although no row changed", async () => {
  const { db } = database;
  const brief = await addKey(db, projectId);
  await db.update(apiKeys).set({ expiresAt: sql`now() + interval '2 seconds'` }).where(eq(apiKeys.id, brief.id));
  await bumpSnapshot({ db });
  const its = clientOf(gateway, brief.key);
  await until(() => its.models.list().catch(() => null));
  await until(
    async () => (await its.models.list().catch((error: unknown) => error)) instanceof OpenAI.AuthenticationError,
  );
});

test("a name of another project means nothing", async () => {
  const { db } = database;
  const elsewhere = await addKey(db, await addProject(db));
  const its = clientOf(gateway, elsewhere.key);
  const seen = await until(() => its.models.list().catch(() => null));
  expect(seen.data).toEqual([]);
  const refused = await its.chat.completions
    .create({ model: "nano/1", messages: [{ role: "user", content: "x" }] })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OpenAI.NotFoundError);
  const rows = await db
    .select()
    .from(requests)
    .where(and(eq(requests.actor, `key:${elsewhere.id}`), eq(requests.projectId, projectId)));
  expect(rows).toEqual([]);
});
