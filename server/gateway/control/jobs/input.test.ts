import { expect, test } from "vitest";
import { CreateJob, metadataAsked } from "#server/gateway/control/jobs/input.ts";
import { refusalOf } from "#server/gateway/wire.ts";

const job = { model: "nano", training_file: "file-1" };
const refusalFor = (body: object) => refusalOf(CreateJob.safeParse(body).error, "req_1").body.error;

test.each([
  [{ ...job, hyperparameters: { n_epoch: 3 } }, "hyperparameters.n_epoch"],
  [
    { ...job, method: { type: "supervised", supervised: { hyperparameters: { beta: 0.1 } } } },
    "method.supervised.hyperparameters.beta",
  ],
  [{ ...job, method: { type: "supervised", dpo: {} } }, "method.dpo"],
  [{ ...job, epochs: 3 }, "epochs"],
])("a setting that is not known is refused by name instead of being dropped: %o", (body, param) => {
  expect(refusalFor(body)).toEqual({
    message: `Unknown parameter: '${param}'.`,
    type: "invalid_request_error",
    code: "unknown_parameter",
    param,
  });
});

test("the settings that are known are taken", () => {
  const hyperparameters = { n_epochs: 3, batch_size: "auto", learning_rate_multiplier: 0.5 };
  expect(CreateJob.safeParse({ ...job, method: { type: "supervised", supervised: { hyperparameters } } }).success).toBe(
    true,
  );
});

test.each([
  [{ limit: "2" }, undefined],
  [
    { "metadata[team]": "walk", "metadata[a[b]]": "" },
    { team: "walk", "a[b]": "" },
  ],
  [{ metadata: "null" }, null],
  [{ metadata: "" }, null],
])("a list of jobs is asked for by metadata: %o", (query, asked) => {
  expect(metadataAsked(query)).toEqual(asked);
});

test("a metadata filter of another form is refused, not dropped", () => {
  expect(() => metadataAsked({ metadata: "team=walk" })).toThrow("metadata[key]=value");
  expect(() => metadataAsked({ "metadata[team]": "x".repeat(513) })).toThrow();
});
