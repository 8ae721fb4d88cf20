// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { NewRun } from "#components/runs/new-run.tsx";
import { onPage } from "#components/testing.tsx";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { number } from "#server/runs/methods/field.ts";
import { loraFields, loraFixed, loraWorkload } from "#server/runs/methods/lora.ts";
import { defineMethod, suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";
import { settingsOf } from "#server/runs/methods/spec.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";

const noisy = defineMethod({
  ...sft,
  name: "noisy",
  label: "Noisy",
  title: "Noisy fine-tuning",
  fields: {
    ...loraFields,
    noiseAlpha: number({
      label: "Noise alpha",
      help: "Strength of the noise.",
      group: "main",
      min: 0,
      max: 20,
      path: "optim.noiseAlpha",
      flag: "--noise-alpha <number>",
      suggest: 5,
    }),
  },
  fixed: loraFixed,
  workload: loraWorkload,
});

const field = (label: RegExp | string) => screen.getByLabelText<HTMLInputElement>(label);
const start = () => screen.getByRole("button", { name: "Start run" });
async function type(label: RegExp | string, text: string) {
  await userEvent.clear(field(label));
  await userEvent.type(field(label), text);
  await userEvent.tab();
}
async function choose(label: string, option: string) {
  screen.getByRole("combobox", { name: label }).focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("option", { name: option }));
}

test("a run is started with what was typed, and its draft is gone", () =>
  onPage(async ({ open, slug, ctx, visited, enqueued }) => {
    const weights = await storeArtifact(ctx, { kind: "base_weights", files: [] });
    await testBase(ctx, { weightsArtifactId: weights.id });
    const { id } = await testDataset(ctx);
    open(<NewRun slug={slug} />, `dataset=${id}`);
    await type("Epochs", "2");
    await waitFor(() => expect(start().getAttribute("aria-disabled")).toBeNull(), { timeout: 10_000 });
    await userEvent.click(start());
    await waitFor(() => expect(visited).toHaveLength(1), { timeout: 10_000 });
    expect(visited[0]).toMatch(new RegExp(`^/${slug}/runs/run_`));
    expect(enqueued.map(({ name }) => name)).toContain("runs.train");
    open(<NewRun slug={slug} />, `dataset=${id}`);
    expect(field("Epochs").value).toBe("");
    expect(screen.queryByText("Draft restored")).toBeNull();
  }));

test("a setting out of its bounds says them at its field and keeps the run from starting", () =>
  onPage(async ({ open, slug, ctx }) => {
    await testBase(ctx);
    const { id } = await testDataset(ctx);
    open(<NewRun slug={slug} />, `dataset=${id}`);
    await type("LoRA rank", "300");
    const bounds = "LoRA rank: a whole number between 1 and 256";
    expect((await screen.findByRole("alert")).textContent).toBe(bounds);
    expect(field("LoRA rank").getAttribute("aria-invalid")).toBe("true");
    expect(start().getAttribute("aria-disabled")).toBe("true");
    await type("LoRA rank", "256");
    await waitFor(() => expect(screen.queryByText(bounds)).toBeNull());
  }));

test("what the server would refuse stands at the field it is about before anything is started", () =>
  onPage(async ({ open, slug, ctx }) => {
    await testBase(ctx, { weightsArtifactId: null });
    const { id } = await testDataset(ctx);
    open(<NewRun slug={slug} />, `dataset=${id}`);
    const alert = await screen.findByRole("alert", undefined, { timeout: 10_000 });
    expect(alert.textContent).toContain("came as GGUF, which can be served but not trained");
    expect(screen.getByRole("combobox", { name: "Base model" }).getAttribute("aria-invalid")).toBe("true");
    expect(start().getAttribute("aria-disabled")).toBe("true");
  }));

test("changing the method keeps what both methods know, and changing it back loses nothing", () =>
  onPage(async ({ open, slug, ctx }) => {
    await testBase(ctx);
    open(<NewRun slug={slug} methods={[sft, noisy]} />);
    await type("Epochs", "7");
    await choose("Method", "Noisy fine-tuning");
    expect(field("Epochs").value).toBe("7");
    await type("Noise alpha", "3");
    await choose("Method", sft.title);
    expect(field("Epochs").value).toBe("7");
    expect(screen.queryByLabelText("Noise alpha")).toBeNull();
    await choose("Method", "Noisy fine-tuning");
    expect(field("Noise alpha").value).toBe("3");
  }));

test("a clone has the settings of its run; what is changed in it is a draft of that clone alone", () =>
  onPage(async ({ open, slug, ctx }) => {
    const known = { parameters: null, contextLength: null, trainRows: 8, validationRows: 2 };
    const config = settingsOf(sft, { ...suggestFor(sft, known), epochs: 5, loraR: 12 });
    const runId = await testRun(ctx, { config, modelName: "support" });
    open(<NewRun slug={slug} />, `from=${runId}`);
    await waitFor(() => expect(field("Epochs").value).toBe("5"), { timeout: 10_000 });
    expect(field("LoRA rank").value).toBe("12");
    expect(field(/^Model name/).value).toBe("support");
    await type("Epochs", "6");
    open(<NewRun slug={slug} />, `from=${runId}`);
    await screen.findByText("Draft restored");
    expect(field("Epochs").value).toBe("6");
    expect(field("LoRA rank").value).toBe("12");
    open(<NewRun slug={slug} />);
    expect(field("Epochs").value).toBe("");
    open(<NewRun slug={slug} />, `from=${runId}`);
    await userEvent.click(await screen.findByRole("button", { name: "Discard draft" }));
    await waitFor(() => expect(field("Epochs").value).toBe("5"), { timeout: 10_000 });
  }));
