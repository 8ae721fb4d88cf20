import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { requireScope } from "#server/gateway/authenticate.ts";
import type { GatewayEnv } from "#server/gateway/contract.ts";
import { type ControlDependencies, ctxOf, jsonOf } from "#server/gateway/control/context.ts";
import { addFeedback, findFeedback } from "#server/gateway/control/feedback.ts";
import { createFiles } from "#server/gateway/control/files/app.ts";
import { createJobs } from "#server/gateway/control/jobs/app.ts";
import { attemptOf, once } from "#server/gateway/control/once.ts";
import { createUploads } from "#server/gateway/control/uploads/app.ts";
import { FeedbackBody } from "#server/gateway/input.ts";
import { deleteModelVersion } from "#server/models/delete-version.ts";

/** Files, uploads, fine-tuning jobs, feedback and the deletion of fine-tuned models: the parts of /v1 that need Postgres, and say 503 when it is away. */
export function createControl(dependencies: ControlDependencies): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const up = createMiddleware<GatewayEnv>(async (_c, next) => {
    if (!dependencies.isUp())
      throw new DomainError("UNAVAILABLE", "the database cannot be reached now: inference goes on, this must wait", {
        reason: "database_unavailable",
      });
    await next();
  });
  for (const path of ["/files/*", "/uploads/*", "/fine_tuning/*", "/feedback"]) app.use(path, up);
  app.delete("/models/:name{.+}", up, async (c) => {
    requireScope(c.var.key, "models:write");
    return c.json(await deleteFineTuned(ctxOf(dependencies, c.var.key), c.req.param("name")));
  });
  app.route("/files", createFiles(dependencies));
  app.route("/uploads", createUploads(dependencies));
  app.route("/fine_tuning/jobs", createJobs(dependencies));
  app.post("/feedback", async (c) => {
    requireScope(c.var.key, "inference");
    const body = FeedbackBody.parse(await jsonOf(c.req.raw));
    const attempt = attemptOf(c.req, body);
    const ctx = ctxOf(dependencies, c.var.key);
    const feedback = await once(ctx, attempt, (ctx) => addFeedback(ctx, body), findFeedback);
    return c.json({ id: feedback.id, object: "feedback", request_id: feedback.requestId });
  });
  return app;
}

/**
 * OpenAI's deletion of a fine-tuned model by its `ft:…` name; other names can mean a deployment, which is no model.
 * Throws INVALID, NOT_FOUND (`model_not_found`), REFUSED while something serves it or needs it.
 */
async function deleteFineTuned(ctx: Ctx, id: string) {
  if (!id.startsWith("ft:"))
    throw new DomainError("INVALID", `${id} is not a fine-tuned model: delete others in the console or the shell`, {
      field: "model",
    });
  try {
    await deleteModelVersion(ctx, { version: id });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const reason = error.code === "NOT_FOUND" ? "model_not_found" : (error.reason ?? undefined);
    throw new DomainError(error.code, error.message, { field: "model", reason, cause: error });
  }
  return { id, object: "model", deleted: true };
}
