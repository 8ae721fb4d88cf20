import { expect, test } from "vitest";
import { ModelName } from "#server/models/input.ts";
import { modelNameFrom } from "#server/models/name.rule.ts";

test("whatever a dataset is called, the model that learns from it gets a name that can be called", () => {
  expect(modelNameFrom("support_triage.v2")).toBe("support_triage.v2");
  expect(modelNameFrom("Support triage 2")).toBe("support-triage-2");
  expect(modelNameFrom("Rückfragen Müller.")).toBe("ruckfragen-muller");
  expect(modelNameFrom("тикеты")).toBe("tuned");
  expect(modelNameFrom("tickets тикеты")).toBe("tickets");
  for (const name of ["тикеты 2026", "ﬁle ½", "x".repeat(80), `a${" .".repeat(70)}b`, "日本", "7"])
    expect(ModelName.safeParse(modelNameFrom(name)).error, name).toBeUndefined();
});
