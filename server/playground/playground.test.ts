import { text } from "node:stream/consumers";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { members, users } from "#db/schema/people.ts";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { testSecret } from "#server/deployments/deployments.fixture.ts";
import { adoptEnv, parseEnv } from "#server/env.ts";
import {
  addHost,
  addModel,
  addProject,
  type GatewayProcess,
  holdDatabase,
  startGateway,
} from "#server/gateway/gateway.fixture.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { sendFromPlayground } from "#server/playground/send.ts";
import { until } from "#server/process.fixture.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

let database: Awaited<ReturnType<typeof holdDatabase>>;
let upstream: Upstream;
let gateway: GatewayProcess;
let ctx: Ctx;

const call = { model: "nano", messages: [{ role: "user", content: "hello" }], stream: true };
const never = new AbortController().signal;

beforeAll(async () => {
  database = await holdDatabase();
  const { db, url } = database;
  upstream = await startUpstream("host");
  const projectId = await addProject(db);
  const { versionIds } = await addModel(db, projectId, "nano");
  await addHost(db, projectId, upstream.url, versionIds);
  const ada = { id: "user_ada", email: "ada@example.test", name: "Ada", passwordHash: "-" };
  await db.insert(users).values(ada);
  await db.insert(members).values({ projectId, userId: ada.id, role: "developer" });
  gateway = await startGateway(url);
  adoptEnv(parseEnv({ DATABASE_URL: url, FORGE_SECRET: testSecret, FORGE_API_PORT: String(gateway.port) }));
  ctx = { db, projectId, actor: "user:user_ada", enqueue: () => {} };
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await upstream?.close();
  await database?.release();
});

test("a person's call is streamed in their name, with the gateway's own times before its end", async () => {
  const answer = await sendFromPlayground(ctx, call, never);
  expect(answer.status).toBe(200);
  expect(answer.headers["x-forge-model-version"]).toBe("nano/1");
  const stream = await text(answer.body);
  expect(stream).toMatch(/: forge-timings \{.*"ttftMs":[\d.]+.*"totalMs":[\d.]+.*\}\n\ndata: \[DONE\]\n\n$/);
  const [row] = await until(async () => {
    const rows = await database.db
      .select()
      .from(requests)
      .where(eq(requests.id, String(answer.headers["x-request-id"])));
    return rows.length > 0 && rows;
  });
  expect(row).toMatchObject({ actor: "user:user_ada", workload: "playground", projectId: ctx.projectId, status: 200 });
});

test("a refusal comes back as the gateway said it", async () => {
  const answer = await sendFromPlayground(ctx, { ...call, model: "nothing" }, never);
  expect(answer.status).toBe(404);
  expect(JSON.parse(await text(answer.body))).toMatchObject({ error: { code: "model_not_found" } });
});

test("only a signed-in person may ask this way", async () => {
  for (const actor of ["key:key_1", "system:local-admin"] as const)
    await expect(sendFromPlayground({ ...ctx, actor }, call, never)).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a gateway that is away is named, not a broken connection", async () => {
  const settings = { DATABASE_URL: database.url, FORGE_SECRET: testSecret };
  adoptEnv(parseEnv({ ...settings, FORGE_API_PORT: "1" }));
  await expect(sendFromPlayground(ctx, call, never)).rejects.toThrow("the gateway does not answer");
  adoptEnv(parseEnv({ ...settings, FORGE_API_PORT: String(gateway.port) }));
});

test("a pass in the name of somebody who was removed opens nothing", async () => {
  await database.db.delete(members).where(eq(members.userId, "user_ada"));
  await bumpSnapshot(database);
  const refusal = await until(async () => {
    const answer = await sendFromPlayground(ctx, call, never);
    const body = await text(answer.body);
    return answer.status === 401 && body;
  });
  expect(refusal).toContain("not known, was revoked");
});
