import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { expect, test } from "vitest";
import { createDb, type Pool } from "#db/client.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { auditLog } from "#db/schema/audit.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { inDatabase } from "#db/testing.ts";
import { findAbandoned } from "#server/jobs/lease.ts";
import { datasetImports, evaluations, modelImports, trainings } from "#server/jobs/leased.ts";
import { RequestFilter } from "#server/requests/input.ts";
import { rollUpRequests } from "#server/requests/rollups/roll-up.ts";
import { summariseRequests } from "#server/requests/summary.ts";

/** An empty database of the test server, brought to the migrations before `tag` alone. */
async function atRelease(before: string, fn: (on: { db: Pool; url: string }) => Promise<void>) {
  await inDatabase(async ({ db: admin, url: beside }) => {
    const name = `old_${randomUUID().replaceAll("-", "")}`;
    const folder = await mkdtemp(join(tmpdir(), "largeforge-test-migrations-"));
    await cp("db/migrations", folder, { recursive: true });
    const path = join(folder, "meta/_journal.json");
    const journal: { entries: { tag: string }[] } = JSON.parse(await readFile(path, "utf8"));
    const entries = journal.entries.slice(
      0,
      journal.entries.findIndex((entry) => entry.tag === before),
    );
    await writeFile(path, JSON.stringify({ ...journal, entries }));
    await admin.execute(sql`create database ${sql.identifier(name)}`);
    const url = new URL(beside);
    url.pathname = `/${name}`;
    const db = createDb(url.href, { max: 2, name: "test" });
    try {
      await migrate(db, { migrationsFolder: folder });
      await fn({ db, url: url.href });
    } finally {
      await db.$client.end({ timeout: 2 });
      await admin.execute(sql`drop database ${sql.identifier(name)} with (force)`);
      await rm(folder, { recursive: true });
    }
  });
}

/** Work that an older release had under way when it was stopped, a log of an hour ago and of two months ago, a promotion. */
async function addOldRows(db: Pool) {
  const by = "system:test";
  const statements = [
    sql`insert into projects (id, slug, name) values ('p', 'p', 'p')`,
    sql`insert into models (id, project_id, name, kind, created_by) values ('m', 'p', 'nano', 'base', ${by})`,
    sql`insert into model_versions (id, project_id, model_id, version, status, created_by, created_at)
      values ('mv', 'p', 'm', 1, 'importing', ${by}, now() - interval '1 day')`,
    sql`insert into datasets (id, project_id, name, created_by) values ('d', 'p', 'tickets', ${by})`,
    sql`insert into dataset_versions (id, project_id, dataset_id, version, status, filename, source_blob, source_bytes,
        created_by, created_at, attempt, import_started_at)
      values ('dv', 'p', 'd', 1, 'importing', 'a.jsonl', '0', 1, ${by}, now() - interval '1 day', 2, '2026-01-02T03:04:05Z')`,
    sql`insert into runs (id, project_id, name, model_name, method, status, base_version_id, dataset_version_id, config, seed,
        created_by, queued_at)
      values ('r', 'p', 'r', 'triage', 'sft', 'running', 'mv', 'dv', '{}', 1, ${by}, now() - interval '1 day')`,
    sql`insert into suites (id, project_id, name, dataset_version_id, split, graders, max_cases, max_tokens, cases, created_by)
      values ('s', 'p', 's', 'dv', 'validation', '[]', 1, 1, 1, ${by})`,
    sql`insert into evals (id, project_id, suite_id, status, candidate_version_id, baseline_version_id, cases_total, created_by,
        created_at) values ('e', 'p', 's', 'running', 'mv', 'mv', 2, ${by}, now() - interval '1 day')`,
    ...["1 hour", "60 days"].map(
      (
        age,
      ) => sql`insert into requests (id, project_id, actor, endpoint, model, stream, status, attempts, prompt_tokens,
        completion_tokens, total_ms, received_at)
        select ${age} || n, 'p', 'key:a', '/v1/completions', 'nano', false, 200, 1, 3, 2, 5, now() - ${age}::interval
        from generate_series(1, 7) n`,
    ),
    sql`insert into audit_log (id, project_id, actor, action, target_id) values ('a', 'p', ${by}, 'models.promote', 'mv')`,
  ];
  for (const statement of statements) await db.execute(statement);
}

test("what an older release had under way, logged and recorded is taken up by this one", () =>
  atRelease("0014_request_log", async ({ db, url }) => {
    await addOldRows(db);
    await migrateDatabase(url);
    await migrateDatabase(url); // a start that comes again changes nothing
    const [version] = await db.select().from(datasetVersions);
    expect(version).toMatchObject({ leaseAttempt: 2, leaseHolder: null, leasedAt: new Date("2026-01-02T03:04:05Z") });
    const found = await Promise.all([
      findAbandoned(db, datasetImports),
      findAbandoned(db, modelImports),
      findAbandoned(db, trainings),
      findAbandoned(db, evaluations),
    ]);
    expect(found.map((rows) => rows.map((row) => row.id))).toEqual([["dv"], ["mv"], ["r"], ["e"]]);

    const jobs = { db, enqueue: () => {}, actor: "system:jobs" } as const;
    await rollUpRequests(jobs, {}, new AbortController().signal);
    const totals = await summariseRequests({ ...jobs, projectId: "p" }, RequestFilter.parse({ period: "24h" }));
    expect(totals).toMatchObject({ requests: 7, promptTokens: 21, completionTokens: 14 });
    const [log] = await db.execute(sql`select count(*)::int as calls,
      (select count(*)::int from requests_default) as unplaced, (select sum(calls)::int from request_hours) as rolled from requests`);
    expect(log).toEqual({ calls: 14, unplaced: 0, rolled: 14 });
    expect(await db.select().from(auditLog)).toMatchObject([{ id: "a", action: "promotions.promote", targetId: "mv" }]);
  }));
