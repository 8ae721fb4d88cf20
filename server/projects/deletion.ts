import { and, desc, eq, inArray, isNull, notInArray, or, sql, sum } from "drizzle-orm";
import { finalRunStatuses } from "#db/enums.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments } from "#db/schema/deployments.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { artifacts, models } from "#db/schema/models.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { requests } from "#db/schema/requests.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import {
  type Deletion,
  formatCount,
  formatSome,
  lines,
  mostNamed,
  type Some,
  someOf,
  verb,
} from "#server/deletion.rule.ts";
import { awaitsRegistration } from "#server/jobs/lost.ts";

const total = sql<number>`count(*) over ()::int`;

type Where = Pick<Ctx, "db" | "projectId">;
type Project = typeof projects.$inferSelect;

/** What deleting a project would do: everything of it goes, so nothing of it may serve or be under way. */
export async function projectDeletion(ctx: Where, project: Project): Promise<Deletion> {
  const [blockers, has, calls, bytes] = await Promise.all([
    blockersOf(ctx, project),
    thingsOf(ctx),
    ctx.db.$count(requests, eq(requests.projectId, ctx.projectId)),
    bytesOf(ctx),
  ]);
  const some = (found: Some, noun: string, what: string) => found.count > 0 && `${formatSome(found, noun)} ${what}`;
  return {
    id: project.id,
    name: project.name,
    dear: true,
    blockers,
    bytes,
    effects: lines(
      some(has.people, "member", `${verb(has.people, "loses", "lose")} access`),
      some(has.keys, "API key", `${verb(has.keys, "is", "are")} refused within a second`),
      some(has.datasets, "dataset", `${verb(has.datasets, "is", "are")} deleted`),
      some(has.runs, "run", `${verb(has.runs, "is", "are")} deleted`),
      some(has.models, "model", `${verb(has.models, "is", "are")} deleted with the weights`),
      some(has.deployments, "retired deployment", `${verb(has.deployments, "is", "are")} deleted`),
      calls > 0 && `${formatCount(calls, "logged call")} with usage and cost`,
      `The address /${project.slug} is free again; the audit log is kept`,
    ),
  };
}

async function blockersOf(ctx: Where, project: Project): Promise<string[]> {
  const { db, projectId } = ctx;
  const live = and(eq(deployments.projectId, projectId), isNull(deployments.archivedAt));
  const moving = or(notInArray(runs.status, finalRunStatuses), awaitsRegistration(ctx));
  const asking = and(eq(evals.projectId, projectId), inArray(evals.status, ["queued", "running"]));
  const [serving, active, judging, others] = await Promise.all([
    db.select({ name: deployments.name, total }).from(deployments).where(live).limit(mostNamed).then(someOf),
    db
      .select({ name: runs.name, total })
      .from(runs)
      .where(and(eq(runs.projectId, projectId), moving))
      .limit(mostNamed)
      .then(someOf),
    db
      .select({ name: sql<string>`${suites.name} || ' ' || right(${evals.id}, 6)`, total })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .where(asking)
      .limit(mostNamed)
      .then(someOf),
    db.$count(projects, and(isNull(projects.archivedAt), sql`${projects.id} <> ${projectId}`)),
  ]);
  return lines(
    others === 0 && "it is the last project: create another one first",
    // nobody reaches an archived project's deployments
    project.archivedAt === null &&
      serving.count > 0 &&
      `${formatSome(serving, "deployment")} ${verb(serving, "serves", "serve")} traffic: retire ${verb(serving, "it", "them")} first`,
    active.count > 0 && `${formatSome(active, "run")} ${verb(active, "has", "have")} not ended: cancel or wait first`,
    judging.count > 0 &&
      `${formatSome(judging, "eval")} ${verb(judging, "is under way: cancel it", "are under way: cancel them")} first`,
  );
}

async function thingsOf({ db, projectId }: Where) {
  const found = await Promise.all([
    db
      .select({ name: users.name, total })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(eq(members.projectId, projectId))
      .limit(mostNamed),
    db
      .select({ name: apiKeys.name, total })
      .from(apiKeys)
      .where(and(eq(apiKeys.projectId, projectId), isNull(apiKeys.revokedAt)))
      .limit(mostNamed),
    ...[datasets, runs, models, deployments].map((table) =>
      db
        .select({ name: table.name, total })
        .from(table)
        .where(and(eq(table.projectId, projectId), isNull(table.deletedAt)))
        .orderBy(desc(table.id))
        .limit(mostNamed),
    ),
  ]);
  const [people = [], keys = [], ofDatasets = [], ofRuns = [], ofModels = [], ofDeployments = []] = found;
  return {
    people: someOf(people),
    keys: someOf(keys),
    datasets: someOf(ofDatasets),
    runs: someOf(ofRuns),
    models: someOf(ofModels),
    deployments: someOf(ofDeployments),
  };
}

async function bytesOf({ db, projectId }: Where): Promise<number> {
  const [[files], [weights]] = await Promise.all([
    db
      .select({ bytes: sum(datasetVersions.sourceBytes).mapWith(Number) })
      .from(datasetVersions)
      .where(and(eq(datasetVersions.projectId, projectId), isNull(datasetVersions.deletedAt))),
    db
      .select({ bytes: sum(artifacts.bytes).mapWith(Number) })
      .from(artifacts)
      .where(eq(artifacts.projectId, projectId)),
  ]);
  return (files?.bytes ?? 0) + (weights?.bytes ?? 0);
}
