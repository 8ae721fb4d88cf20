import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { DomainError } from "#server/errors.ts";
import { requireScope } from "#server/gateway/authenticate.ts";
import type { GatewayEnv } from "#server/gateway/contract.ts";
import { type ControlDoors, ctxOf, jsonOf } from "#server/gateway/control/context.ts";
import { addFeedback, findFeedback } from "#server/gateway/control/feedback.ts";
import { createFiles } from "#server/gateway/control/files/app.ts";
import { createJobs } from "#server/gateway/control/jobs/app.ts";
import { attemptOf, once } from "#server/gateway/control/once.ts";
import { createUploads } from "#server/gateway/control/uploads/app.ts";
import { FeedbackBody } from "#server/gateway/input.ts";

/** Files, uploads, fine-tuning jobs and feedback: the parts of /v1 that need Postgres, and say 503 when it is away. */
export function createControl(doors: ControlDoors): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const up = createMiddleware<GatewayEnv>(async (_c, next) => {
    if (!doors.isUp())
      throw new DomainError("UNAVAILABLE", "the database cannot be reached now: inference goes on, this must wait", {
        reason: "database_unavailable",
      });
    await next();
  });
  for (const path of ["/files/*", "/uploads/*", "/fine_tuning/*", "/feedback"]) app.use(path, up);
  app.route("/files", createFiles(doors));
  app.route("/uploads", createUploads(doors));
  app.route("/fine_tuning/jobs", createJobs(doors));
  app.post("/feedback", async (c) => {
    requireScope(c.var.key, "inference");
    const body = FeedbackBody.parse(await jsonOf(c.req.raw));
    const attempt = attemptOf(c.req, body);
    const ctx = ctxOf(doors, c.var.key);
    const feedback = await once(ctx, attempt, (ctx) => addFeedback(ctx, body), findFeedback);
    return c.json({ id: feedback.id, object: "feedback", request_id: feedback.requestId });
  });
  return app;
}
