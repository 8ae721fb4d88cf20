import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { requests } from "#db/schema/requests.ts";
import { inTx } from "#db/testing.ts";
import { archiveDeployment } from "#server/deployments/archive.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { deleteDeployment, deploymentDeleteAffects } from "#server/deployments/delete.ts";
import { addVersion } from "#server/deployments/deployments.fixture.ts";
import { ListDeployments } from "#server/deployments/input.ts";
import { listDeployments } from "#server/deployments/list.ts";
import { showDeployment } from "#server/deployments/show.ts";
import { deleteModel } from "#server/models/delete.ts";
import { showRequest } from "#server/requests/show.ts";
import { testProject } from "#server/testing.ts";

test("a deployment is retired, then deleted; its logged calls go on naming it", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { versionId } = await addVersion(tx, projectId, "nano", { baseSha: "a".repeat(64) });
    const made = await createDeployment(ctx, {
      name: "help",
      revisions: [{ model: "nano", weightBps: 10_000 }],
      takeOver: false,
    });
    const id = newId("request");
    const call = { endpoint: "chat", model: "help", stream: false, status: 200, attempts: 1, totalMs: 5 };
    await tx.insert(requests).values({
      id,
      projectId,
      actor: "key:ci",
      ...call,
      receivedAt: new Date(),
      deploymentId: made.id,
      revisionId: made.revisions[0]?.id,
      modelVersionId: versionId,
    });
    expect((await deploymentDeleteAffects(ctx, { deployment: "help" })).blockers).toEqual([
      "it serves traffic: retire it first",
    ]);
    await expect(deleteDeployment(ctx, { deployment: "help" })).rejects.toMatchObject({ code: "REFUSED" });
    await expect(deleteModel(ctx, { model: "nano" })).rejects.toThrow("1 deployment (help) serves it");
    await archiveDeployment(ctx, { deploymentId: made.id });
    expect(await deploymentDeleteAffects(ctx, { deployment: "help" })).toMatchObject({
      id: made.id,
      name: "help",
      dear: true,
      blockers: [],
      effects: [
        "1 revision (v1 nano/1) and the page with signals and timeline go; the models stay",
        "1 logged call in Requests will still name it",
      ],
    });
    await deleteDeployment(ctx, { deployment: "help" });
    expect((await listDeployments(ctx, ListDeployments.parse({ retired: true }))).items).toEqual([]);
    await expect(showDeployment(ctx, { deployment: made.id })).rejects.toMatchObject({ reason: "deleted" });
    const [row] = await tx
      .select()
      .from(auditLog)
      .where(eq(auditLog.action, "deployments.delete"))
      .orderBy(auditLog.id);
    expect(row).toMatchObject({ targetId: made.id, outcome: "refused", detail: { name: "help" } });
    // nothing serves the model any more
    await deleteModel(ctx, { model: "nano" });
    expect(await showRequest(ctx, { id })).toMatchObject({
      deploymentName: "help",
      modelName: "nano",
      modelVersion: 1,
    });
  }));

test("a deployment of another project is not found", () =>
  inTx(async (tx) => {
    const there = await testProject(tx);
    await addVersion(tx, there.projectId, "nano", { baseSha: "a".repeat(64) });
    const revision = { model: "nano", weightBps: 10_000 };
    const { id } = await createDeployment(there.ctx, { name: "help", revisions: [revision], takeOver: false });
    const { ctx } = await testProject(tx);
    await expect(deleteDeployment(ctx, { deployment: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(deploymentDeleteAffects(ctx, { deployment: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));
