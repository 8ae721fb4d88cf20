import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { createDb, type Pool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { prices } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { aliases, artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { blobs } from "#db/schema/storage.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

/**
 * What a change in one project, and a read of every project, costs a gateway with 320 projects beside one with 20: until
 * it is known, and the longest that the thread which answers calls is held without a pause. Two databases of one server,
 * asked in turn. `--rounds N` (15).
 */
const rounds = Number(/--rounds[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 15);
const json = process.argv.includes("--json");
const [few, many] = [20, 320];
/** The others' rows are not read: what remains is their keys, copied. */
const changeGoal = 3;
const heldGoal = 3;
const each = { keys: 10, models: 10, versions: 10, deployments: 5 };

type Side = { db: Pool; changed: string };

const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-snapshot-"));
const server = await startEmbeddedPostgres({ dir: join(dir, "pg") });
try {
  const [small, large] = [await openSide("few", few), await openSide("many", many)];
  const questions = [
    { name: "a change in one project", ask: afterChange, goal: { ms: changeGoal, heldMs: heldGoal } },
    {
      name: "every project",
      ask: ({ db }: Side) => held(() => loadSnapshot(db)),
      goal: { ms: null, heldMs: heldGoal },
    },
  ];
  const lines = [];
  for (const { name, ask, goal } of questions) {
    const [took, heldFor] = [
      { few: [] as number[], many: [] as number[] },
      { few: [] as number[], many: [] as number[] },
    ];
    for (let round = 0; round <= rounds; round++) {
      const [one, other] = [await ask(small), await ask(large)];
      if (round === 0) continue; // it warms both
      took.few.push(one.ms);
      took.many.push(other.ms);
      heldFor.few.push(one.heldMs);
      heldFor.many.push(other.heldMs);
    }
    lines.push(
      { name: `${name}, until it is known`, few: median(took.few), many: median(took.many), goal: goal.ms },
      { name: `${name}, thread held`, few: median(heldFor.few), many: median(heldFor.many), goal: goal.heldMs },
    );
  }
  const met = lines.every(({ few, many, goal }) => goal === null || many / few <= goal);
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    load: loadavg()[0],
  };
  const number = (value: number, width: number) => value.toFixed(2).padStart(width);
  console.log(
    json
      ? JSON.stringify({ name: "snapshot", machine, projects: { few, many }, each, rounds, lines, met }, null, 2)
      : [
          `${few} and ${many} projects of ${each.models * each.versions} model versions each`,
          `  ${"".padEnd(46)}${String(few).padStart(6)} ms${String(many).padStart(6)} ms   ratio  goal`,
          ...lines.map(
            ({ name, few, many, goal }) =>
              `${goal !== null && many / few > goal ? "✗" : " "} ${name.padEnd(46)}${number(few, 9)}${number(many, 9)}${number(many / few, 8)}${goal === null ? "" : number(goal, 6)}`,
          ),
        ].join("\n"),
  );
  process.exitCode = met ? 0 : 1;
  for (const side of [small, large]) await side.db.$client.end({ timeout: 1 });
} finally {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}

async function afterChange({ db, changed }: Side) {
  const known = await loadSnapshot(db);
  await bumpSnapshot({ db }, [changed]);
  return held(() => loadSnapshot(db, known));
}

/** How long some work took, and the most of the thread's CPU time between two turns of the event loop: other work on the machine does not count. */
async function held(work: () => Promise<unknown>) {
  let [over, heldMs] = [false, 0];
  let last = cpuMs();
  const look = () => {
    const now = cpuMs();
    heldMs = Math.max(heldMs, now - last);
    last = now;
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  const from = performance.now();
  await work();
  const ms = performance.now() - from;
  over = true;
  return { ms, heldMs };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function openSide(name: string, count: number): Promise<Side> {
  const admin = createDb(server.url, { max: 1, name: "bench" });
  await admin.execute(sql`create database ${sql.identifier(name)}`);
  await admin.$client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href);
  const db = createDb(url.href, { max: 2, name: "bench" });
  const host = { id: newId("host"), url: "http://127.0.0.1:4100", device: "cpu", memoryBytes: 1, engineVersion: "1" };
  await db.insert(hosts).values({ ...host, startedAt: new Date(), heartbeatAt: new Date() });
  let changed = "";
  for (let i = 0; i < count; i++) changed = await fillProject(db, host.id, i);
  return { db, changed };
}

async function fillProject(db: Pool, hostId: string, place: number): Promise<string> {
  const projectId = newId("project");
  const own = { projectId, createdBy: "system:bench" };
  const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const sha256 = place.toString(16).padStart(64, "0");
  const artifactId = newId("artifact");
  const its = times(each.models, (i) => ({ id: newId("model"), name: `model-${i}`, kind: "base" as const, ...own }));
  const versions = its.flatMap(({ id: modelId }) =>
    times(each.versions, (i) => ({
      id: newId("modelVersion"),
      modelId,
      version: i + 1,
      ggufArtifactId: artifactId,
      ...own,
    })),
  );
  const served = times(each.deployments, (i) => ({ id: newId("deployment"), name: `service-${i}`, ...own }));
  const versionOf = (i: number) => versions[i * each.versions]?.id ?? "";
  await db.insert(projects).values({ id: projectId, slug: `project-${place}`, name: "bench" });
  await db.insert(apiKeys).values(
    times(each.keys, (i) => {
      const hmac = `${projectId} ${i}`;
      return { id: newId("key"), name: `key-${i}`, hmac, last4: "0000", scopes: ["inference" as const], ...own };
    }),
  );
  await db.insert(blobs).values({ sha256, bytes: 1 });
  await db.insert(artifacts).values({ id: artifactId, projectId, kind: "base_gguf", digest: sha256, bytes: 1 });
  await db.insert(artifactFiles).values({ projectId, artifactId, path: "model.gguf", blobSha256: sha256, bytes: 1 });
  await db.insert(models).values(its);
  await db.insert(modelVersions).values(versions.map((version) => ({ ...version, status: "ready" as const })));
  await db.insert(aliases).values(
    its.map(({ id: modelId }, i) => {
      return { projectId, modelId, alias: "champion" as const, modelVersionId: versionOf(i), movedBy: own.createdBy };
    }),
  );
  await db.insert(prices).values(
    its.map(({ id: modelId }) => {
      const cost = { inputUsdNanosPerMillionTokens: 1n, outputUsdNanosPerMillionTokens: 1n };
      return { id: newId("price"), modelId, ...cost, effectiveFrom: new Date(), ...own };
    }),
  );
  await db.insert(deployments).values(served);
  await db.insert(revisions).values(
    served.map(({ id: deploymentId }, i) => {
      return {
        id: newId("revision"),
        projectId,
        deploymentId,
        number: 1,
        modelVersionId: versionOf(i),
        weightBps: 10_000,
      };
    }),
  );
  await db.insert(replicas).values(
    served.map((_, i) => {
      return { id: newId("replica"), projectId, hostId, modelVersionId: versionOf(i), status: "ready" as const };
    }),
  );
  return projectId;
}
