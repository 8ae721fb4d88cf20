import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "#cli/client.ts";
import { uploadFile } from "#cli/datasets/upload-file.ts";
import { waitForVersion } from "#cli/datasets/wait-for-version.ts";
import { waitForEval } from "#cli/evals.ts";
import { say, withProgress } from "#cli/output.ts";
import { root } from "#cli/paths.ts";
import { DomainError } from "#server/errors.ts";
import { type ChatTurn, caseOf } from "#server/evals/case.rule.ts";

export type Question = { prompt: ChatTurn[]; reference: string };

const samples = join(root, "samples", "triage");
const suiteName = "triage-held-out";
const deploymentName = "support";
const pollMs = 500;
const readyWithinMs = 300_000;

/** Upload the training tickets as a new version and, once, the held-out ones as a suite that training never sees. */
export async function loadData(connection: Connection) {
  const { trpc } = connection;
  const train = await uploadFile(connection, join(samples, "train.jsonl"), { name: "triage" });
  const { version } = await waitForVersion(connection, train.versionId);
  const heldOut = join(samples, "heldout.jsonl");
  let suite = (await trpc.evals.suites.query({ search: suiteName })).items.find((one) => one.name === suiteName);
  if (!suite) {
    const uploaded = await uploadFile(connection, heldOut, { name: suiteName, validationShareBp: 10_000 });
    await waitForVersion(connection, uploaded.versionId);
    const graders = [
      { name: "exact JSON", kind: "json_fields" as const },
      { name: "category", kind: "json_fields" as const, fields: ["category"] },
      { name: "priority", kind: "json_fields" as const, fields: ["priority"] },
      { name: "valid JSON", kind: "json_valid" as const },
    ];
    await trpc.evals.createSuite.mutate({
      name: suiteName,
      datasetVersionId: uploaded.versionId,
      graders,
      maxTokens: 48,
    });
    suite = (await trpc.evals.suites.query({ search: suiteName })).items.find((one) => one.name === suiteName);
  }
  if (!suite) throw new DomainError("UNAVAILABLE", `the suite ${suiteName} was made, but is not listed`);
  const questions = (await readFile(heldOut, "utf8"))
    .split("\n")
    .flatMap((line) => (line.trim() ? [caseOf(JSON.parse(line))] : []));
  const counts = {
    trainRows: version.trainRows ?? 0,
    validationRows: version.validationRows ?? 0,
    heldOutRows: suite.cases,
  };
  return { dataset: train.versionId, suite: suite.id, questions: questions.filter((one) => one !== null), counts };
}

/** Train nano on the tickets with the sample's own settings and wait until the result is a registered version. */
export async function train({ trpc }: Connection, dataset: string) {
  await waitForBase(trpc);
  const from = performance.now();
  const started = await trpc.runs.start.mutate({
    base: "nano",
    dataset,
    modelName: "triage",
    hyperParameters: demoSettings,
  });
  const run = await withProgress("training", async (update) => {
    for (;;) {
      const run = await trpc.runs.show.query({ runId: started.id });
      update(`step ${run.step} of ${run.totalSteps ?? "?"}, loss ${run.loss?.toPrecision(4) ?? "?"}`);
      if (run.status === "succeeded") return run;
      if (run.status === "failed" || run.status === "cancelled") {
        throw new DomainError(
          "REFUSED",
          run.error ? `${run.error.message} ${run.error.hint ?? ""}` : `the run was ${run.status}`,
        );
      }
      await sleep(pollMs);
    }
  });
  const version = await withProgress("registering", async () => {
    for (;;) {
      const model = await trpc.models.show.query({ model: "triage" }).catch(ignoreMissing);
      const made = model?.versions.find((one) => one.runId === run.id);
      if (made) return { id: made.id, name: made.name };
      await sleep(pollMs);
    }
  });
  const seconds = (performance.now() - from) / 1000;
  const { step: steps, loss, tokensPerSecond, trainedTokens } = run;
  return { version, numbers: { steps, loss, tokensPerSecond, trainedTokens, seconds } };
}

/** Chosen on the sample's validation rows, never on the held-out ones. */
const demoSettings = {
  learningRate: 0.003,
  epochs: 3,
  batchSize: 16,
  loraR: 16,
  loraAlpha: 32,
  maxLength: 128,
  seed: 42,
};

async function waitForBase(trpc: Connection["trpc"]) {
  await withProgress("waiting for nano", async (update) => {
    for (;;) {
      const nano = (await trpc.models.show.query({ model: "nano" }).catch(ignoreMissing))?.versions[0];
      if (nano?.status === "ready") return;
      if (nano?.status === "failed")
        throw new DomainError("REFUSED", nano.error?.message ?? "nano could not be imported");
      update(nano?.progress?.step ?? "not registered yet");
      await sleep(pollMs);
    }
  });
}

function ignoreMissing(error: unknown) {
  if (error instanceof Error && /there is no model/.test(error.message)) return null;
  throw error;
}

/** Compare the new version with nano on the held-out tickets. */
export async function evaluate({ trpc }: Connection, suite: string, version: { id: string; name: string }) {
  const { id } = await trpc.evals.start.mutate({ suite, candidate: version.id, baseline: "nano" });
  const { summary, candidate, baseline } = await waitForEval(trpc, id);
  return { graders: summary?.graders ?? [], candidate: candidate.name, baseline: baseline.name };
}

/** Promote through the gate. A second demo meets its own champion: it is compared with it, and the gate has its say. */
export async function promote({ trpc }: Connection, suite: string, trained: { version: { id: string; name: string } }) {
  const { version } = trained;
  const champion = (await trpc.models.show.query({ model: "triage" })).aliases.find((one) => one.alias === "champion");
  if (champion) {
    const { id } = await trpc.evals.start.mutate({ suite, candidate: version.id, baseline: champion.versionId });
    await waitForEval(trpc, id);
  }
  try {
    await trpc.promotions.promote.mutate({ version: version.id });
    return `${version.name} is the champion: the gate let it pass`;
  } catch (error) {
    if (!champion || !(error instanceof Error)) throw error;
    say(`  the gate: ${error.message}`);
    const reason = "the demo was run again on the same data";
    await trpc.promotions.promote.mutate({ version: version.id, force: true, reason });
    return `${version.name} is the champion: the gate could not tell it from the one before, overridden with a reason`;
  }
}

/** Put nano at 80 % and the new version at 20 % behind one name, and wait until both are loaded and proved. */
export async function deployBeside({ trpc }: Connection, version: { id: string; name: string }) {
  const existing = (await trpc.deployments.list.query({ search: deploymentName })).items.find(
    (one) => one.name === deploymentName,
  );
  if (!existing) {
    const revisions = [
      { model: "nano", weightBps: 8_000 },
      { model: version.id, weightBps: 2_000 },
    ];
    await trpc.deployments.create.mutate({ name: deploymentName, revisions });
  } else {
    await trpc.deployments.addRevision.mutate({ deploymentId: existing.id, model: version.id });
  }
  await waitUntilReady(trpc);
  const shown = await trpc.deployments.show.query({ deployment: deploymentName });
  const tuned = shown.revisions.find((one) => one.modelVersionId === version.id);
  const base = shown.revisions.find((one) => one.model === "nano");
  if (!tuned || !base) throw new DomainError("UNAVAILABLE", "the deployment lacks one of its two revisions");
  const moveTo = async (percent: number) => {
    const now = await trpc.deployments.show.query({ deployment: deploymentName });
    const expected = now.revisions.map(({ id, weightBps }) => ({ revisionId: id, weightBps }));
    const share = (id: string) => (id === tuned.id ? percent * 100 : id === base.id ? 10_000 - percent * 100 : 0);
    const weights = expected.map(({ revisionId }) => ({ revisionId, weightBps: share(revisionId) }));
    if (JSON.stringify(weights) !== JSON.stringify(expected))
      await trpc.deployments.setWeights.mutate({ deploymentId: now.id, weights, expected });
    await sleep(1_000); // a gateway applies new weights within a second
  };
  await moveTo(20);
  for (const old of shown.revisions) {
    if (old.id !== tuned.id && old.id !== base.id) await trpc.deployments.retireRevision.mutate({ revisionId: old.id });
  }
  return { name: deploymentName, tunedRevision: tuned.id, moveTo };
}

async function waitUntilReady(trpc: Connection["trpc"]) {
  await withProgress("loading and proving", async (update) => {
    const deadline = performance.now() + readyWithinMs;
    while (performance.now() < deadline) {
      const { revisions } = await trpc.deployments.show.query({ deployment: deploymentName });
      const failed = revisions.flatMap((one) => one.replicas).find((replica) => replica.status === "failed");
      if (failed) throw new DomainError("REFUSED", failed.error?.message ?? "a replica failed");
      const waiting = revisions.filter((one) => !one.replicas.some((replica) => replica.status === "ready"));
      if (waiting.length === 0) return;
      update(
        waiting.map((one) => `${one.model}/${one.version} ${one.replicas[0]?.status ?? "waits for a host"}`).join(", "),
      );
      await sleep(pollMs);
    }
    throw new DomainError("UNAVAILABLE", "the revisions were not ready in time: ./forge logs --process inference");
  });
}
