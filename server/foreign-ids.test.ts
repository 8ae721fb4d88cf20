import { TRPCError } from "@trpc/server";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { seedTeam } from "#bench/lists/seed.ts";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { inDatabase } from "#db/testing.ts";
import { access } from "#server/access.rule.ts";
import { createUpload } from "#server/datasets/uploads/create.ts";
import { createKey } from "#server/keys/create.ts";
import { inviteMember } from "#server/projects/invitations.ts";
import { appRouter } from "#server/router.ts";
import { testStorage } from "#server/testing.ts";
import { createCallerFactory } from "#server/trpc.ts";

const createCaller = createCallerFactory(appRouter);

type Ids = Record<
  | ("dataset" | "datasetVersion" | "run" | "suite" | "eval" | "model" | "modelVersion" | "deployment" | "revision")
  | ("request" | "key" | "upload" | "user" | "invitation"),
  string
>;

/** What each procedure asks for one thing by its id; `there` are another project's. */
const asked: Record<string, (there: Ids, here: Ids) => object> = {
  "datasets.archive": ({ dataset }) => ({ datasetId: dataset }),
  "datasets.create": ({ upload }) => ({ uploadId: upload }),
  "datasets.decide": ({ datasetVersion }) => ({ versionId: datasetVersion, decision: { do: "refuse" } }),
  "datasets.delete": ({ dataset }) => ({ dataset }),
  "datasets.deleteAffects": ({ dataset }) => ({ dataset }),
  "datasets.deleteVersion": ({ datasetVersion }) => ({ ref: datasetVersion }),
  "datasets.deleteVersionAffects": ({ dataset }) => ({ ref: dataset, version: 1 }),
  "datasets.resplit": ({ datasetVersion }) => ({ versionId: datasetVersion, validationShareBp: 0 }),
  "datasets.restore": ({ dataset }) => ({ datasetId: dataset }),
  "datasets.rows": ({ datasetVersion }) => ({ versionId: datasetVersion, split: "train" }),
  "datasets.show": ({ datasetVersion }) => ({ ref: datasetVersion }),
  "deployments.addRevision": ({ deployment }, { modelVersion }) => ({ deploymentId: deployment, model: modelVersion }),
  "deployments.archive": ({ deployment }) => ({ deploymentId: deployment }),
  "deployments.create": ({ modelVersion }) => ({
    name: "mine",
    revisions: [{ model: modelVersion, weightBps: 10_000 }],
  }),
  "deployments.delete": ({ deployment }) => ({ deployment }),
  "deployments.deleteAffects": ({ deployment }) => ({ deployment }),
  "deployments.retireRevision": ({ revision }) => ({ revisionId: revision }),
  "deployments.setWeights": ({ deployment, revision }) => {
    const weights = [{ revisionId: revision, weightBps: 10_000 }];
    return { deploymentId: deployment, weights, expected: weights };
  },
  "deployments.show": ({ deployment }) => ({ deployment }),
  "deployments.timeline": ({ deployment }) => ({ deploymentId: deployment }),
  "requests.traffic": ({ deployment }) => ({ deploymentId: deployment }),
  "economics.setPrice": ({ modelVersion }) => ({ model: modelVersion, input: "1", output: "1" }),
  "evals.archiveSuite": ({ suite }) => ({ suiteId: suite }),
  "evals.cancel": ({ eval: evalId }) => ({ evalId }),
  "evals.cases": ({ eval: evalId }) => ({ evalId }),
  "evals.createSuite": ({ datasetVersion }) => ({
    name: "mine",
    datasetVersionId: datasetVersion,
    graders: [{ name: "exact", kind: "exact_match" }],
  }),
  "evals.delete": ({ eval: evalId }) => ({ evalId }),
  "evals.deleteAffects": ({ eval: evalId }) => ({ evalId }),
  "evals.deleteSuite": ({ suite }) => ({ suite }),
  "evals.deleteSuiteAffects": ({ suite }) => ({ suite }),
  "evals.show": ({ eval: evalId }) => ({ evalId }),
  "evals.start": ({ suite }, { modelVersion }) => ({ suite, candidate: modelVersion, baseline: modelVersion }),
  "keys.ofMember": ({ user }) => ({ userId: user }),
  "keys.revoke": ({ key }) => ({ keyId: key }),
  "models.artifacts": ({ modelVersion }) => ({ version: modelVersion }),
  "models.delete": ({ model }) => ({ model }),
  "models.deleteAffects": ({ model }) => ({ model }),
  "models.deleteVersion": ({ modelVersion }) => ({ version: modelVersion }),
  "models.deleteVersionAffects": ({ modelVersion }) => ({ version: modelVersion }),
  "promotions.gate": ({ modelVersion }) => ({ version: modelVersion }),
  "models.import": ({ upload }) => ({
    name: "mine",
    source: { kind: "upload", files: [{ path: "model.gguf", uploadId: upload }] },
  }),
  "models.lineage": ({ model }) => ({ model }),
  "promotions.promote": ({ modelVersion }) => ({ version: modelVersion }),
  "models.removeAlias": ({ model }) => ({ model, alias: "champion" }),
  "models.show": ({ model }) => ({ model }),
  "projects.removeMember": ({ user }) => ({ userId: user }),
  "projects.revokeInvitation": ({ invitation }) => ({ invitationId: invitation }),
  "projects.setMemberRole": ({ user }) => ({ userId: user, role: "viewer" }),
  "requests.show": ({ request }) => ({ id: request }),
  "routing.example": ({ modelVersion }) => ({ name: modelVersion }),
  "runs.cancel": ({ run }) => ({ runId: run }),
  "runs.curves": ({ run }) => ({ runId: run }),
  "runs.delete": ({ run }) => ({ runId: run }),
  "runs.deleteAffects": ({ run }) => ({ runId: run }),
  "runs.events": ({ run }) => ({ runId: run }),
  "runs.log": ({ run }) => ({ runId: run }),
  "runs.pause": ({ run }) => ({ runId: run }),
  "runs.resume": ({ run }) => ({ runId: run }),
  "runs.show": ({ run }) => ({ runId: run }),
  "runs.start": ({ modelVersion }, { datasetVersion }) => ({ base: modelVersion, dataset: datasetVersion }),
};

/** These take an input in which no thing of the project is named, or names one only to filter, to choose or to propose. */
const unasked = new Set([
  ...["audit.list", "datasets.list", "datasets.pickVersion", "deployments.list", "deployments.meaningOfName"],
  ...["deployments.servable", "models.pickVersion", "evals.list", "evals.propose", "evals.suites", "keys.create"],
  ...[
    "keys.list",
    "models.list",
    "ops.search",
    "projects.delete",
    "projects.invite",
    "projects.rename",
    "projects.setRetention",
  ],
  ...["audit.actors", "requests.choices", "requests.list", "requests.summary", "routing.callable", "runs.list"],
  ...["economics.prices", "projects.invitations", "projects.members"],
  "runs.estimate", // a form's verdict: it says by field what cannot be found
]);

/** A project of a team's things, one id of each kind, and whoever asks as its admin. */
async function house(db: Pool) {
  const storage = await testStorage();
  const [projectId, userId] = [newId("project"), newId("user")];
  const slug = `p-${projectId.slice(-8)}`;
  await db.insert(projects).values({ id: projectId, slug, name: slug });
  await db.insert(users).values({ id: userId, email: `ada@${slug}.test`, name: "Ada", passwordHash: "-" });
  await db.insert(members).values({ projectId, userId, role: "admin" });
  const made = { datasets: 50, runs: 2, versions: 2, models: 2, prices: 2 };
  const scale = { ...made, suites: 40, keys: 2, audit: 2, requests: 2, points: 5 };
  const { baseVersionId, longRunId } = await seedTeam(db, projectId, scale);
  const ctx = { db, projectId, actor: `user:${userId}` as const, enqueue: () => {}, role: "admin" as const };
  const upload = await createUpload({ ...ctx, storage }, { filename: "a.jsonl", bytes: 1 });
  const key = await createKey(ctx, { name: "app", scopes: ["inference"], expiresInDays: null });
  const invited = await inviteMember(ctx, { email: "bob@example.test", role: "viewer" });
  const one = async (table: string) => {
    const rows = await db.execute<{ id: string }>(
      sql`select id from ${sql.identifier(table)} where project_id = ${projectId} order by id limit 1`,
    );
    return rows[0]?.id ?? "";
  };
  const ids: Ids = {
    run: longRunId,
    modelVersion: baseVersionId,
    upload: upload.id,
    key: key.id,
    user: userId,
    dataset: await one("datasets"),
    datasetVersion: await one("dataset_versions"),
    suite: await one("suites"),
    eval: await one("evals"),
    model: await one("models"),
    deployment: await one("deployments"),
    revision: await one("revisions"),
    request: await one("requests"),
    invitation: invited.id,
  };
  const caller = { kind: "user" as const, userId, sessionId: newId("session"), isOwner: false };
  const procedures = createCaller({ db, storage, enqueue: () => {}, caller, projectSlug: slug, requestId: "req_test" });
  const ask = async (path: string, input: object) => {
    const [domain = "", verb = ""] = path.split(".");
    const procedure: unknown = Reflect.get(Reflect.get(procedures, domain), verb);
    if (typeof procedure !== "function") throw new Error(`${path} is not a procedure`);
    try {
      return `answered ${JSON.stringify(await procedure(input)).slice(0, 100)}`;
    } catch (error) {
      return error instanceof TRPCError ? `${error.code} ${error.message}` : String(error);
    }
  };
  return { ids, ask };
}

test("every procedure that takes an input is walked here, or named as one that asks for no single thing", () => {
  const flat: object = appRouter._def.procedures;
  const taking = Object.entries(flat).filter(
    ([path, { _def }]) => access[path]?.who === "project" && _def.inputs.length > 0,
  );
  expect([...Object.keys(asked), ...unasked].sort()).toEqual(taking.map(([path]) => path).sort());
});

test("what belongs to another project, or was never there, is not found by any procedure", () =>
  inDatabase(async ({ db }) => {
    const [here, there] = [await house(db), await house(db)];
    expect(Object.values(there.ids).filter((id) => id === "" || id === "undefined")).toEqual([]);
    const never = Object.fromEntries(
      Object.entries(there.ids).map(([kind, id]) => [kind, `${id.slice(0, -4)}zzzz`]),
    ) as Ids; // safe because the kinds stay the same
    const wrong: string[] = [];
    for (const [path, inputOf] of Object.entries(asked)) {
      for (const [whose, ids] of [
        ["foreign", there.ids],
        ["unknown", never],
      ] as const) {
        const answer = await here.ask(path, inputOf(ids, here.ids));
        if (!answer.startsWith("NOT_FOUND ")) wrong.push(`${path} with a ${whose} id: ${answer}`);
      }
    }
    expect(wrong).toEqual([]);
  }));
