import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import OpenAI from "openai";
import { choose, signIn, url } from "./person.ts";

const sample = join(import.meta.dirname, "..", "samples", "triage", "train.jsonl");
const trainWithinMs = 10 * 60_000;
const loadWithinMs = 3 * 60_000;

test("one person does the whole main job in the browser and calls the result with the OpenAI client", async ({
  page,
}) => {
  await signIn(page);

  await test.step("upload a dataset and see it ready", async () => {
    await page.goto(url("/datasets/new"));
    await page.getByLabel("File to upload").setInputFiles(sample);
    await page.getByLabel(/^Dataset/).fill("tickets");
    await page.getByRole("button", { name: "Upload and check" }).click();
    await expect(page.getByRole("heading", { name: /tickets/ })).toBeVisible();
    await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  });

  await test.step("make a suite from the rows that training does not see", async () => {
    await page.goto(url("/evals/suites/new"));
    await page.getByLabel("Name").fill("held-back");
    await choose(page, "Dataset", /tickets v1/);
    await page.getByRole("button", { name: "Create suite" }).click();
    await expect(page).toHaveURL(/evals\/new/);
  });

  await test.step("start a run and watch the loss fall while it trains", async () => {
    await page.goto(url("/runs/new"));
    await choose(page, "Dataset", /tickets v1/);
    await page.getByLabel(/^Model name/).fill("triage");
    await choose(page, /^Eval suite/, /held-back/);
    await page.getByLabel("Epochs").fill("2");
    await page.getByRole("button", { name: "Start run" }).dblclick();
    await expect(page).toHaveURL(/runs\/run_/);
    await expect(page.getByText("Running", { exact: true }).first()).toBeVisible({ timeout: loadWithinMs });
    const step = page.locator("dl div", { hasText: "Step" }).locator("dd").first();
    await expect(step).toContainText(/[1-9]\d*/, { timeout: loadWithinMs });
    const early = await stepOf(page);
    await page.reload(); // a closed tab loses nothing
    await expect.poll(() => stepOf(page), { timeout: loadWithinMs }).toBeGreaterThan(early);
    await expect(page.getByText("Succeeded", { exact: true }).first()).toBeVisible({ timeout: trainWithinMs });
    await expect(page.getByText("This run became triage/1.")).toBeVisible({ timeout: 60_000 });
  });

  await test.step("read the eval that started by itself", async () => {
    await page.getByRole("link", { name: "Read the eval" }).click({ timeout: 60_000 });
    await expect(page.getByText("Succeeded", { exact: true }).first()).toBeVisible({ timeout: trainWithinMs });
    await expect(page.getByText(/triage\/1 is better: \+/)).toBeVisible();
    await expect(page.getByText(/McNemar exact p/)).toBeVisible();
    await expect(page.getByRole("heading", { name: "Cases, worst regressions first" })).toBeVisible();
  });

  await test.step("see that the double click on Start run started one run", async () => {
    await page.goto(url("/runs"));
    await expect(page.getByRole("row", { name: /triage-sft/ })).toHaveCount(1);
    await page.goBack();
  });

  await test.step("promote through the gate", async () => {
    await page.getByRole("link", { name: "Promote triage/1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Promote triage/1" }).click();
    await expect(page.getByText(/champion/i).first()).toBeVisible();
    await expect(page.getByRole("dialog")).toBeHidden();
  });

  await test.step("deploy the base, put the new version beside it and move the slider", async () => {
    await page.goto(url("/deployments/new"));
    await page.getByLabel(/^Model name for clients/).fill("support");
    await choose(page, "v1", /nano\/1/);
    await page.getByRole("button", { name: "Add a version" }).click();
    await choose(page, "v2", /triage\/1/);
    await page.getByRole("button", { name: "Create deployment" }).click();
    await expect(page).toHaveURL(/deployments\/dep_/);
    await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible({ timeout: loadWithinMs });
    const slider = page.getByRole("slider", { name: "v2 share" }).first();
    await slider.focus();
    await slider.press("End");
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByLabel(/^Traffic: .*100/)).toBeVisible({ timeout: loadWithinMs });
  });

  await test.step("chat in the playground", async () => {
    await page.goto(url("/playground"));
    await askPlayground(page, "I was charged twice this month");
  });

  await test.step("say what the model costs", async () => {
    await page.goto(url("/settings/prices"));
    await page.getByRole("button", { name: "Set price of triage" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Input tokens").fill("0,15");
    await dialog.getByRole("button", { name: "Set price" }).click();
    await expect(dialog.getByText("write dollars for a million tokens").first()).toBeVisible();
    await dialog.getByLabel("Input tokens").fill("0.15");
    await dialog.getByLabel("Output tokens").fill("0.60");
    await dialog.getByRole("button", { name: "Set price" }).click();
    await expect(page.getByRole("row", { name: /triage.*\$0\.15.*\$0\.60/ })).toBeVisible();
  });

  let program = new OpenAI({ apiKey: "none yet" });
  await test.step("create a key and use it with the OpenAI client", async () => {
    await page.goto(url("/settings/keys"));
    await page.getByRole("button", { name: "Create key" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("my app");
    await dialog.getByRole("button", { name: "Create key" }).click();
    const key = (await dialog.getByLabel("API key", { exact: true }).textContent())?.trim() ?? "";
    expect(key).toMatch(/^lf_/);
    const client = new OpenAI({ baseURL: process.env.FORGE_TEST_API, apiKey: key });
    const models = await client.models.list();
    expect(models.data.map((model) => model.id)).toEqual(expect.arrayContaining(["support", "nano"]));
    const messages = [
      { role: "system" as const, content: "Sort the support ticket." },
      { role: "user" as const, content: "I was charged twice this month" },
    ];
    const { data, response } = await client.chat.completions
      .create({ model: "support", messages, temperature: 0 })
      .withResponse();
    expect(JSON.parse(data.choices[0]?.message.content ?? "")).toHaveProperty("category");
    expect(response.headers.get("x-forge-model-version")).toBe("triage/1");
    expect(Number(response.headers.get("x-forge-cost-usd"))).toBeGreaterThan(0);
    program = client;
    const wrong = new OpenAI({ baseURL: process.env.FORGE_TEST_API, apiKey: `${key.slice(0, -1)}x`, maxRetries: 0 });
    await expect(wrong.models.list()).rejects.toMatchObject({ status: 401 });
  });

  await test.step("find the call in the request log", async () => {
    await page.goto(url("/requests"));
    const call = page.getByRole("row", { name: /support.*triage\/1.*\$0\.0.*my app/ });
    await expect(call).toBeVisible({ timeout: 30_000 });
  });

  await test.step("revoke the key: the program is turned away", async () => {
    await page.goto(url("/settings/keys"));
    await page.getByRole("button", { name: "Revoke" }).first().click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("textbox").fill("my app");
    await dialog.getByRole("button", { name: "Revoke key" }).click();
    await expect(dialog).toBeHidden();
    await expect.poll(() => program.models.list().then(() => 200, statusOf), { timeout: 5_000 }).toBe(401);
  });

  await test.step("retire the deployment, which asks for its name", async () => {
    await page.goto(url("/deployments"));
    await page.getByRole("link", { name: "support" }).first().click();
    await page.getByRole("button", { name: "Retire deployment" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("textbox").fill("support");
    await dialog.getByRole("button", { name: "Retire deployment" }).click();
    await expect(dialog).toBeHidden();
    await page.goto(url("/deployments"));
    await expect(page.getByText("No live deployments; 1 retired")).toBeVisible();
  });
});

function statusOf(error: unknown): number | undefined {
  return error instanceof OpenAI.APIError ? error.status : undefined;
}

async function stepOf(page: Page): Promise<number> {
  const text = await page.locator("dl div", { hasText: "Step" }).locator("dd").first().textContent();
  return Number((text ?? "0").replaceAll(",", "").split(" ")[0]);
}

/** Ask the deployment, which the left side has chosen by itself, and the base beside it. */
async function askPlayground(page: Page, question: string) {
  await page.getByRole("combobox", { name: /: Choose a model$/ }).click();
  await page.getByRole("option", { name: /^nano/ }).first().click();
  await page.getByLabel("Prompt").fill(question);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("TTFT", { exact: true })).toHaveCount(2, { timeout: 60_000 });
  await expect(page.getByText("triage/1", { exact: true })).toBeVisible();
}
