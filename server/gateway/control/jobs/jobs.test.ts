import OpenAI, { toFile } from "openai";
import { expect, test } from "vitest";
import { startInference } from "#server/deployments/deployments.fixture.ts";
import {
  eventObject,
  type JobRow,
  jobObject,
  jobStatusOf,
  seqOf,
  silentEvents,
} from "#server/gateway/control/jobs/shape.rule.ts";
import { addKey, addProject, clientOf, startGateway, untilServed } from "#server/gateway/gateway.fixture.ts";
import { importModel } from "#server/models/import/start.ts";
import { until } from "#server/process.fixture.ts";
import { tinyBaseFolder, trainerMissing } from "#server/runs/tiny-base.fixture.ts";
import { inTraining, trainingRows } from "#server/runs/training.fixture.ts";

const missing = trainerMissing();
const minuteMs = 60_000;

const row: JobRow = {
  runId: `run_${"0".repeat(26)}`,
  jobId: `ftjob-${"0".repeat(26)}`,
  status: "running",
  base: "nano",
  projectSlug: "acme",
  fileId: "file-1",
  fineTunedName: null,
  seed: 42,
  trainedTokens: null,
  etaSeconds: 61.2,
  validationFileId: "file-2",
  resultFileId: "file-3",
  metadata: { team: "support" },
  error: null,
  method: { type: "supervised", hyperparameters: { n_epochs: 3, batch_size: 16, learning_rate_multiplier: 2 } },
  createdAt: new Date(1_000),
  finishedAt: null,
};
const now = new Date(100_000);

test("a run is an OpenAI job with its statuses, times in seconds and hyper-parameters", () => {
  expect(jobObject(row, now)).toMatchObject({
    object: "fine_tuning.job",
    id: row.jobId,
    status: "running",
    model: "nano",
    training_file: "file-1",
    validation_file: "file-2",
    result_files: [],
    metadata: { team: "support" },
    created_at: 1,
    finished_at: null,
    estimated_finish: 162,
    fine_tuned_model: null,
    error: null,
    hyperparameters: { n_epochs: 3, batch_size: 16, learning_rate_multiplier: 2 },
  });
});

test("a job has succeeded only once its model can be called", () => {
  expect(jobStatusOf("succeeded", false)).toBe("running");
  expect(jobStatusOf("succeeded", true)).toBe("succeeded");
  const done = { ...row, status: "succeeded" as const, finishedAt: new Date(5_000) };
  expect(jobObject(done, now)).toMatchObject({ finished_at: null, fine_tuned_model: null });
  expect(jobObject({ ...done, fineTunedName: "ft:nano:acme:x:1" }, now)).toMatchObject({
    result_files: ["file-3"],
    status: "succeeded",
    finished_at: 5,
    fine_tuned_model: "ft:nano:acme:x:1",
    estimated_finish: null,
  });
  const statuses = ["queued", "converting", "cancelling", "cancelled", "failed"] as const;
  const shown = statuses.map((status) => jobStatusOf(status, false));
  expect(shown).toEqual(["queued", "running", "cancelled", "cancelled", "failed"]);
});

test("a failed job says why and what to do", () => {
  const error = { code: "out_of_memory", message: "The device ran out of memory.", hint: "Halve the batch size." };
  expect(jobObject({ ...row, status: "failed", error }, now).error).toEqual({
    code: "out_of_memory",
    param: null,
    message: "The device ran out of memory. Halve the batch size.",
  });
});

test("trainer events become messages and metrics with ids that page", () => {
  const event = (type: string, body: object) => eventObject({ seq: 7, type, at: now, body: { ...body } }, row.jobId);
  expect(event("metric", { step: 5, totalSteps: 10, loss: 1.5, learningRate: 1e-3 })).toMatchObject({
    object: "fine_tuning.job.event",
    level: "info",
    type: "metrics",
    message: "Step 5/10: training loss=1.500",
    data: { step: 5, total_steps: 10, train_loss: 1.5, learning_rate: 1e-3 },
  });
  expect(event("error", { message: "no" })).toMatchObject({ level: "error", type: "message", message: "No" });
  expect(event("worker", { message: "the trainer started" })?.message).toBe("The trainer started");
  expect(event("hello", { resumedFromStep: 9 })?.message).toBe("Resumed from step 9");
  expect(event("artifact", { path: "adapter/config.json", bytes: 2 })?.message).toBe("Wrote adapter/config.json");
  expect(event("probe", { prompts: 4, differing: 3 })?.message).toBe("3 of 4 sample answers differ from the base's");
  for (const type of silentEvents) expect(event(type, {})).toBeNull();
  const id = event("done", { steps: 3 })?.id ?? "";
  expect(seqOf(id, row.jobId)).toBe(7);
  expect(seqOf(id, `ftjob-${"1".repeat(26)}`)).toBeNull();
  expect(seqOf("ftevent-nonsense", row.jobId)).toBeNull();
});

test.skipIf(missing)(
  `the official client uploads a file, creates a job, waits for it and calls the model it made${missing ? ` (${missing})` : ""}`,
  { timeout: 12 * minuteMs },
  () =>
    inTraining(async ({ db, url, data, ctx, startJobs }) => {
      const { projectId } = ctx;
      const key = await addKey(db, projectId, [
        "inference",
        "datasets:read",
        "datasets:write",
        "runs:read",
        "runs:write",
      ]);
      await startJobs();
      const path = await tinyBaseFolder();
      await importModel({ ...ctx, actor: "system:local-admin" }, { name: "small", source: { kind: "local", path } });
      const gateway = await startGateway(url, data);
      const inference = await startInference(url, data);
      const client = clientOf(gateway, key.key);
      await until(() => client.models.retrieve("small").catch(() => null));
      const file = await client.files.create({
        file: await toFile(Buffer.from(trainingRows(24)), "colours.jsonl"),
        purpose: "fine-tune",
      });
      const held = await client.files.create({
        file: await toFile(Buffer.from(trainingRows(6)), "held.jsonl"),
        purpose: "fine-tune",
      });
      const created = await client.fineTuning.jobs.create({
        model: "small",
        training_file: file.id,
        validation_file: held.id,
        suffix: "colours",
        seed: 4_294_967_295,
        metadata: { team: "support" },
        method: { type: "supervised", supervised: { hyperparameters: { n_epochs: 4, batch_size: 8 } } },
      });
      expect(created).toMatchObject({
        object: "fine_tuning.job",
        model: "small",
        training_file: file.id,
        seed: 4_294_967_295,
        validation_file: held.id,
        metadata: { team: "support" },
      });
      expect(created.hyperparameters).toMatchObject({ n_epochs: 4, batch_size: 8, learning_rate_multiplier: 1 });
      const done = await until(async () => {
        const job = await client.fineTuning.jobs.retrieve(created.id);
        if (job.status === "failed" || job.status === "cancelled") throw new Error(JSON.stringify(job.error));
        return job.status === "succeeded" ? job : null;
      });
      expect(done.fine_tuned_model).toMatch(/^ft:small:.+:colours:[0-9a-z]{6}$/);
      expect(done.trained_tokens).toBeGreaterThan(0);

      const events = [];
      for await (const event of client.fineTuning.jobs.listEvents(created.id, { limit: 5 })) events.push(event);
      expect(events.filter((event) => event.type === "metrics").length).toBeGreaterThanOrEqual(12);
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
      const jobs = [];
      for await (const job of client.fineTuning.jobs.list({ limit: 1 })) jobs.push(job.id);
      expect(jobs).toEqual([created.id]);
      const having = async (metadata: Record<string, string> | null) =>
        (await client.fineTuning.jobs.list({ metadata })).data.map((job) => job.id);
      expect(await having({ team: "support" })).toEqual([created.id]);
      expect([await having({ team: "other" }), await having(null)]).toEqual([[], []]);
      await expect(client.fineTuning.jobs.cancel(created.id)).rejects.toMatchObject({ status: 409 });

      const checkpoints = [];
      for await (const one of client.fineTuning.jobs.checkpoints.list(created.id, { limit: 1 })) checkpoints.push(one);
      expect(checkpoints[0]).toMatchObject({
        step_number: 12,
        fine_tuning_job_id: created.id,
        fine_tuned_model_checkpoint: done.fine_tuned_model,
        metrics: { step: 12, train_loss: expect.any(Number), valid_loss: expect.any(Number) },
      });
      expect(new Set(checkpoints.map((one) => one.id)).size).toBe(checkpoints.length);
      const results = await client.files.retrieve(done.result_files[0] ?? "");
      expect(results.purpose).toBe("fine-tune-results");
      const lines = (await (await client.files.content(results.id)).text()).trim().split("\n");
      expect(lines[0]).toBe("step,train_loss,valid_loss,learning_rate");
      expect(lines.length).toBe(13); // 24 rows, all of them trained on, in batches of 8, four times
      expect(lines.at(-1)).toMatch(/^12,\d[\d.e-]*,\d[\d.e-]*,\d[\d.e-]*$/);

      const model = done.fine_tuned_model ?? "";
      await until(() => client.models.retrieve(model).catch(() => null));
      const messages = [{ role: "user" as const, content: "Say number 3." }];
      const reply = await client.chat.completions
        .create({ model, messages, max_tokens: 8, temperature: 0 })
        .withResponse();
      expect(reply.data.model).toBe(model);
      expect(reply.data.usage?.completion_tokens).toBeGreaterThan(0);
      expect(reply.response.headers.get("x-forge-model-version")).toBe("colours/1");
      const stream = await client.chat.completions.create({
        model: "colours",
        messages,
        max_tokens: 8,
        temperature: 0,
        stream: true,
      });
      let text = "";
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      expect(text).toBe(reply.data.choices[0]?.message.content);
      const tooLong = client.chat.completions.create({
        model,
        messages: [{ role: "user", content: "word ".repeat(5_000) }],
      });
      await expect(tooLong).rejects.toMatchObject({ status: 400, code: "context_length_exceeded" });
      await expect(client.models.delete("small")).rejects.toMatchObject({ status: 403 });
      const deleter = clientOf(gateway, (await addKey(db, projectId, ["inference", "models:write"])).key);
      await until(() => deleter.models.list().catch(() => null));
      await expect(deleter.models.delete("small")).rejects.toMatchObject({ status: 400, param: "model" });
      expect(await deleter.models.delete(model)).toEqual({ id: model, object: "model", deleted: true });
      await untilServed(db, gateway);
      await expect(deleter.models.retrieve(model)).rejects.toMatchObject({ status: 404 });
      await expect(deleter.models.delete(model)).rejects.toMatchObject({ status: 404, code: "model_not_found" });
      await Promise.all([gateway.kill("SIGTERM"), inference.kill("SIGTERM")]);
    }),
);

test.skipIf(missing)(
  `a job is cancelled before it starts, and what cannot be done is refused by its name${missing ? ` (${missing})` : ""}`,
  { timeout: 3 * minuteMs },
  () =>
    inTraining(async ({ db, url, data, ctx, base, dataset, startJobs }) => {
      const key = await addKey(db, ctx.projectId, ["datasets:read", "datasets:write", "runs:read", "runs:write"]);
      const gateway = await startGateway(url, data);
      const client = clientOf(gateway, key.key);
      const jobs = await startJobs();
      const upload = (text: string, purpose: "fine-tune" | "batch" = "fine-tune") =>
        toFile(Buffer.from(text), "rows.jsonl").then((file) => client.files.create({ file, purpose }));
      const file = await upload(trainingRows(8));
      await until(async () => (await client.files.retrieve(file.id)).status === "processed");
      const badRow = '{"messages": [{"role": "user", "content": "hi"}]}\n';
      const mixed = await upload(trainingRows(8) + badRow);
      const skipped = await toFile(Buffer.from(trainingRows(9) + badRow), "skipped.jsonl").then((file) =>
        client.files.create({ file, purpose: "fine-tune" }, { headers: { "x-forge-on-bad-rows": "skip" } }),
      );
      await until(async () => (await client.files.retrieve(skipped.id)).status === "processed");
      await until(async () => (await client.files.retrieve(mixed.id)).status === "error");
      const fault =
        "Line 9, messages: the last turn is user; there is no answer to learn from. 1 of 9 rows cannot be used";
      expect((await client.files.retrieve(mixed.id)).status_details).toContain(fault);
      const onMixed = (extra: object = {}) =>
        client.fineTuning.jobs.create({ model: base.name, training_file: mixed.id, ...extra });
      const refused = await onMixed().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
      expect(refused).toMatchObject({
        type: "invalid_request_error",
        code: "invalid_training_file",
        param: "training_file",
        message: expect.stringContaining(fault),
      });
      await jobs.kill("SIGTERM");
      await expect(onMixed({ metadata: { on_bad_rows: "maybe" } })).rejects.toMatchObject({ status: 400 });
      const onGoodRows = await onMixed({ metadata: { on_bad_rows: "skip" } });
      expect(onGoodRows.status).toBe("queued");
      await client.fineTuning.jobs.cancel(onGoodRows.id);

      const create = () =>
        client.fineTuning.jobs.create(
          { model: base.name, training_file: file.id },
          { headers: { "Idempotency-Key": "the only one" } },
        );
      const created = await create();
      expect(created.status).toBe("queued");
      expect((await create()).id).toBe(created.id);
      expect((await client.fineTuning.jobs.pause(created.id)).status).toBe("paused");
      expect((await client.fineTuning.jobs.resume(created.id)).status).toBe("queued");
      expect((await client.fineTuning.jobs.cancel(created.id)).status).toBe("cancelled");
      await expect(client.fineTuning.jobs.pause(created.id)).rejects.toMatchObject({ status: 409 });
      const refusals: [Partial<OpenAI.FineTuning.JobCreateParams>, string, number][] = [
        [{ model: "gpt-9" }, "model", 404],
        [{ training_file: "file-nothing" }, "training_file", 404],
        [{ training_file: (await upload(trainingRows(2), "batch")).id }, "training_file", 400],
        [{ validation_file: file.id }, "validation_file", 400],
        [{ validation_file: "file-nothing" }, "validation_file", 404],
        [{ metadata: { long: "x".repeat(513) } }, "metadata.long", 400],
        [{ method: { type: "dpo" } }, "method.type", 400],
        [{ suffix: "No Spaces" }, "suffix", 400],
        [{ suffix: base.name }, "suffix", 409],
      ];
      for (const [change, param, status] of refusals) {
        const asked = client.fineTuning.jobs.create({ model: base.name, training_file: file.id, ...change });
        await expect(asked).rejects.toMatchObject({ status, param });
      }
      const stranger = clientOf(gateway, (await addKey(db, await addProject(db), ["admin"])).key);
      await until(() => stranger.fineTuning.jobs.list().catch(() => null));
      await expect(stranger.fineTuning.jobs.retrieve(created.id)).rejects.toMatchObject({ status: 404 });
      expect(dataset.id).toMatch(/^dsv_/);
      await gateway.kill("SIGTERM");
    }),
);
