import { Hono } from "hono";
import { requireScope } from "#server/gateway/authenticate.ts";
import type { GatewayEnv } from "#server/gateway/contract.ts";
import { onBadRowsOf } from "#server/gateway/control/bad-rows.ts";
import { type ControlDependencies, ctxOf, jsonOf } from "#server/gateway/control/context.ts";
import { listJobCheckpoints } from "#server/gateway/control/jobs/checkpoints.ts";
import { createJob } from "#server/gateway/control/jobs/create.ts";
import { findJob, listJobEvents, listJobs, runIdOf } from "#server/gateway/control/jobs/find.ts";
import { CreateJob, metadataAsked, PageQuery } from "#server/gateway/control/jobs/input.ts";
import { attemptOf } from "#server/gateway/control/once.ts";
import { cancelRun } from "#server/runs/cancel.ts";
import { pauseRun } from "#server/runs/pause.ts";
import { resumeRun } from "#server/runs/resume.ts";

/** `/v1/fine_tuning/jobs` with OpenAI's shapes and statuses: create, list, retrieve, events, checkpoints, cancel, pause, resume. */
export function createJobs(dependencies: ControlDependencies): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.post("/", async (c) => {
    requireScope(c.var.key, "runs:write");
    const input = CreateJob.parse(await jsonOf(c.req.raw));
    const onBadRows = onBadRowsOf(c.req, input.metadata);
    if (onBadRows) requireScope(c.var.key, "datasets:write");
    return c.json(await createJob(ctxOf(dependencies, c.var.key), input, attemptOf(c.req, input), onBadRows));
  });
  app.get("/", async (c) => {
    requireScope(c.var.key, "runs:read");
    const query = c.req.query();
    const ctx = ctxOf(dependencies, c.var.key);
    const { items, hasMore } = await listJobs(ctx, PageQuery.parse(query), metadataAsked(query));
    return c.json({ object: "list", data: items, has_more: hasMore });
  });
  app.get("/:id", async (c) => {
    requireScope(c.var.key, "runs:read");
    return c.json(await findJob(ctxOf(dependencies, c.var.key), c.req.param("id")));
  });
  app.get("/:id/events", async (c) => {
    requireScope(c.var.key, "runs:read");
    const page = PageQuery.parse(c.req.query());
    const { items, hasMore } = await listJobEvents(ctxOf(dependencies, c.var.key), c.req.param("id"), page);
    return c.json({ object: "list", data: items, has_more: hasMore });
  });
  app.get("/:id/checkpoints", async (c) => {
    requireScope(c.var.key, "runs:read");
    const page = PageQuery.parse(c.req.query());
    const { items, hasMore } = await listJobCheckpoints(ctxOf(dependencies, c.var.key), c.req.param("id"), page);
    const ends = { first_id: items[0]?.id ?? null, last_id: items.at(-1)?.id ?? null };
    return c.json({ object: "list", data: items, has_more: hasMore, ...ends });
  });
  for (const [name, act] of [
    ["cancel", cancelRun],
    ["pause", pauseRun],
    ["resume", resumeRun],
  ] as const) {
    app.post(`/:id/${name}`, async (c) => {
      requireScope(c.var.key, "runs:write");
      const ctx = ctxOf(dependencies, c.var.key);
      const { id } = await findJob(ctx, c.req.param("id"));
      await act(ctx, { runId: runIdOf(id) });
      return c.json(await findJob(ctx, id));
    });
  }
  return app;
}
