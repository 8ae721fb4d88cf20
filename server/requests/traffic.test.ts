import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { addVersion } from "#server/deployments/deployments.fixture.ts";
import { ListDeployments } from "#server/deployments/input.ts";
import { listDeployments } from "#server/deployments/list.ts";
import { logCalls } from "#server/requests/testing.ts";
import { requestTraffic } from "#server/requests/traffic.ts";
import { testProject } from "#server/testing.ts";

test("signals and requests per minute come from the request log alone", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    await addVersion(tx, projectId, "nano", { baseSha: "a".repeat(64) });
    await addVersion(tx, projectId, "mini", { baseSha: "b".repeat(64) });
    const halves = ["nano", "mini"].map((model) => ({ model, weightBps: 5_000 }));
    const created = await createDeployment(ctx, { name: "support", revisions: halves, takeOver: false });
    const [first, second] = created.revisions.map(({ id }) => id);
    const answered = { projectId, deploymentId: created.id, revisionId: first, stream: true, completionTokens: 10 };
    const tokens = { promptTokens: 5, totalMs: 100 };
    const untimed = { ttftMs: null, promptTokens: null, completionTokens: null };
    await logCalls(tx, [
      ...[10, 20, 30].map((ttftMs) => ({ ...answered, ...tokens, ttftMs })),
      { ...answered, ...untimed, status: 503 },
      { ...answered, ...untimed, revisionId: second, stream: false, status: 400 },
      { ...answered, ...tokens, revisionId: second, receivedAt: new Date(Date.now() - 7_200_000) },
    ]);
    const { signals, points, bucketMinutes } = await requestTraffic(ctx, { deploymentId: created.id, minutes: 60 });
    expect(bucketMinutes).toBe(1);
    const [its, others] = [first, second].map((id) => signals.find((row) => row.revisionId === id));
    expect(its).toMatchObject({ requests: 4, failed: 1, refused: 0, streams: 3, answers: 3, tokensPerSecond: 100 });
    expect(Math.abs((its?.ttftP50Ms ?? 0) / 20 - 1)).toBeLessThan(0.025);
    expect(others).toMatchObject({ requests: 1, failed: 0, refused: 1, streams: 0, answers: 0 });
    expect(others).toMatchObject({ ttftP50Ms: null, tokensPerSecond: null });
    expect(points.reduce((sum, point) => sum + point.count, 0)).toBe(5);
    expect((await listDeployments(ctx, ListDeployments.parse({}))).items).toMatchObject([{ requests: 5, failed: 1 }]);
  }));
