import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import type { Stack } from "#bench/fuzz/stack.ts";
import { newId } from "#db/ids.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { runEvents } from "#db/schema/runs.ts";
import { sessionSecret } from "#server/auth.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { createFileOn } from "#server/datasets/files/create.ts";
import { importDataset } from "#server/datasets/import.ts";
import { publicUrl } from "#server/env.ts";
import { addDeployment, addHost, addModel } from "#server/gateway/gateway.fixture.ts";
import { engineRef } from "#server/inference/client/ref.ts";
import { putBytes, tinyBase } from "#server/inference/gguf-testing.ts";
import { createKey } from "#server/keys/create.ts";
import { sessionCookie } from "#server/people/session-cookie.rule.ts";
import { openSession } from "#server/people/sessions.ts";
import { testRun } from "#server/runs/testing.ts";

export type Seeded = Awaited<ReturnType<typeof seedStack>>;

/**
 * A project to be harmed, with a little of everything, a spare one for what ends a project, and one apart whose key and
 * model the gateway is called with, so that they outlive whatever the calls delete.
 */
export async function seedStack(stack: Stack) {
  const { db, storage } = stack;
  const userId = newId("user");
  await db
    .insert(users)
    .values({ id: userId, email: "ada@example.test", name: "Ada", passwordHash: "-", isOwner: true });
  const addProject = async (slug: string) => {
    const id = newId("project");
    await db.insert(projects).values({ id, slug, name: slug });
    await db.insert(members).values({ projectId: id, userId, role: "admin" });
    return id;
  };
  const [harmed, apart] = [await addProject("harmed"), await addProject("apart")];
  await addProject("spare");
  const ctx = { db, storage, projectId: harmed, actor: `user:${userId}` as const, enqueue: () => {} };

  const gguf = await putBytes(storage, tinyBase());
  for (const projectId of [harmed, apart]) {
    const { versionIds } = await addModel(db, projectId, "nano", 2, gguf);
    await addDeployment(db, projectId, "support", [[versionIds[0] ?? "", 10_000]]);
    if (projectId === apart) await addHost(db, projectId, stack.urls.host, versionIds);
  }
  const rows = Array.from({ length: 40 }, (_, i) => `{"prompt":"question ${i}","completion":"answer ${i}"}\n`).join("");
  const blob = await storage.put(Readable.from([Buffer.from(rows)]));
  const { versionId } = await createDatasetVersion(ctx, { filename: "faq.jsonl", blob });
  await importDataset(ctx, { versionId }, new AbortController().signal);
  await createFileOn(ctx, { filename: "notes.jsonl", purpose: "batch", blob });
  const runId = await testRun(ctx, { datasetVersionId: versionId, status: "failed" });
  const events = Array.from({ length: 20 }, (_, i) => ({ step: i, loss: 1 / (i + 1) }));
  await db
    .insert(runEvents)
    .values(events.map((body, seq) => ({ projectId: harmed, runId, seq, type: "metric", at: new Date(), body })));

  const keyOf = async (projectId: string, name: string) =>
    createKey({ ...ctx, projectId, role: "admin" }, { name, scopes: ["admin"], expiresInDays: null });
  const grace = newId("user");
  await db.insert(users).values({ id: grace, email: "grace@example.test", name: "Grace", passwordHash: "-" });
  await db.insert(members).values({ projectId: harmed, userId: grace, role: "engineer" });
  const keys = { harmed: await keyOf(harmed, "fuzz"), apart: await keyOf(apart, "fuzz") };
  const session = await openSession(ctx, userId, null);
  const token = await encode({ token: { sid: session.id }, secret: sessionSecret() });
  const engine = engineRef({ baseSha: gguf });
  const untouchable = new Set([keys.harmed.id, session.id, userId, harmed]);
  const known = (await existing(stack, harmed)).filter((text) => !untouchable.has(text));
  return {
    known: [
      ...known,
      engine,
      versionId,
      runId,
      grace,
      runId.replace("run_", "ftjob-"),
      "nano",
      "nano/1",
      "nano@champion",
      "support",
      "faq",
      "faq/1",
      "harmed",
    ],
    keys: { harmed: keys.harmed.key, apart: keys.apart.key },
    cookie: `${sessionCookie(publicUrl()).name}=${token}`,
    engine,
  };
}

/** Ids of the project's rows, a few of every table. */
async function existing(stack: Stack, projectId: string): Promise<string[]> {
  const tables = await stack.db.execute<{ name: string }>(sql`
    select c.table_name as name from information_schema.columns c join information_schema.columns p
      on p.table_schema = c.table_schema and p.table_name = c.table_name and p.column_name = 'project_id'
    where c.table_schema = 'public' and c.column_name = 'id' and c.data_type = 'text'`);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await stack.db.execute<{ id: string }>(
      sql`select id from ${sql.identifier(name)} where project_id = ${projectId} limit 3`,
    );
    found.push(...rows.map((row) => row.id));
  }
  return found;
}
