import OpenAI from "openai";
import { expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { inDatabase } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { addRevision } from "#server/deployments/add-revision.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { addVersion, startInference, testBearer } from "#server/deployments/deployments.fixture.ts";
import { reconcileDeployments } from "#server/deployments/reconcile.ts";
import { setWeights } from "#server/deployments/set-weights.ts";
import { showDeployment } from "#server/deployments/show.ts";
import { addKey, addProject, clientOf, startGateway, untilServed } from "#server/gateway/gateway.fixture.ts";
import { putBytes, tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";
import { until } from "#server/process.fixture.ts";
import { testStorage } from "#server/testing.ts";

/** A base and an adapter on it, deployed as `support` behind the real gateway and the real inference host. */
async function serving(db: Pool, url: string) {
  const storage = await testStorage();
  const projectId = await addProject(db);
  const ctx: Ctx = { db, projectId, actor: "system:test", enqueue: () => {} };
  const baseSha = await putBytes(storage, tinyBase({ contextLength: 4096 }));
  const adapterSha = await putBytes(storage, tinyAdapter());
  const probeSha = await putBytes(storage, Buffer.from(JSON.stringify({ v: 1, maxTokens: 8, prompts: [] })));
  const base = await addVersion(db, projectId, "tiny", { baseSha });
  await addVersion(db, projectId, "triage", { baseVersionId: base.versionId, adapterSha, probeSha });
  const [inference, gateway, { key }] = await Promise.all([
    startInference(url, storage.root),
    startGateway(url),
    addKey(db, projectId),
  ]);
  const { id } = await createDeployment(ctx, { name: "support", revisions: [{ model: "tiny", weightBps: 10_000 }] });
  await addRevision(ctx, { deploymentId: id, model: "triage" });
  const stop = async () => {
    await gateway.kill("SIGTERM");
    await inference.kill("SIGTERM");
  };
  const shown = await until(async () => {
    await reconcileDeployments(ctx);
    const deployment = await showDeployment(ctx, { deployment: "support" });
    return deployment.revisions.every((revision) => revision.notReady === null) && deployment;
  });
  return { ctx, inference, gateway, client: clientOf(gateway, key), shown, stop };
}

/** Several processes start here; on a busy machine that alone takes a while. */
const patient = { timeout: 240_000 };
const messages = [{ role: "user" as const, content: "hello" }];

test("traffic follows the weights, each user stays on one revision, and both answer in their own way", patient, () =>
  inDatabase(async ({ db, url }) => {
    const { ctx, client, gateway, shown, stop } = await serving(db, url);
    const [first, second] = shown.revisions.map((revision) => revision.id);
    if (!first || !second) throw new Error("two revisions");
    const ask = async (user: string) => {
      const call = client.chat.completions.create({ model: "support", messages, user, max_tokens: 12, temperature: 0 });
      const { data, response } = await call.withResponse();
      return { revision: response.headers.get("x-forge-revision"), text: data.choices[0]?.message.content };
    };
    const users = Array.from({ length: 20 }, (_, i) => `user-${i}`);
    const before = await Promise.all(users.map(ask));
    expect(new Set(before.map((answer) => answer.revision))).toEqual(new Set([first]));

    const weights = (a: number, b: number) => [
      { revisionId: first, weightBps: a },
      { revisionId: second, weightBps: b },
    ];
    await setWeights(ctx, { deploymentId: shown.id, weights: weights(5_000, 5_000), expected: weights(10_000, 0) });
    await untilServed(db, gateway);
    const after = await Promise.all(users.map(ask));
    expect(new Set(after.map((answer) => answer.revision))).toEqual(new Set([first, second]));
    expect(await Promise.all(users.map(ask))).toEqual(after);
    expect(new Set(after.map((answer) => answer.text)).size).toBe(2);
    await stop();
  }),
);

test("an engine killed in mid-answer is an error for the OpenAI client, and the next call is answered", patient, () =>
  inDatabase(async ({ db, url }) => {
    const { client, inference, stop } = await serving(db, url);
    const long = { max_tokens: 3_000, temperature: 0, logit_bias: { 265: -100, 267: -100 } };
    const stream = await client.chat.completions.create({ model: "support", messages, stream: true, ...long });
    const parts: string[] = [];
    const reading = (async () => {
      for await (const chunk of stream) {
        parts.push(chunk.choices[0]?.delta.content ?? "");
        if (parts.length === 3) process.kill(await enginePid(inference.url), "SIGKILL");
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(OpenAI.APIError);
    const again = await until(() =>
      client.chat.completions.create({ model: "support", messages, max_tokens: 5 }).catch(() => null),
    );
    expect(again.usage?.completion_tokens).toBeGreaterThan(0);
    await stop();
  }),
);

async function enginePid(url: string): Promise<number> {
  const reply = await fetch(`${url}/loaded`, { headers: { authorization: `Bearer ${testBearer}` } });
  const { engines }: { engines: { pid: number }[] } = await reply.json();
  return engines[0]?.pid ?? 0;
}
