import { expect, type Page, test } from "@playwright/test";
import { signIn, url } from "./person.ts";

const good = Array.from({ length: 30 }, (_, i) => `{"prompt":"question ${i}","completion":"answer ${i}"}\n`).join("");

test("a file with a bad row waits for a person, who sees the line and the remedy and sets it aside", async ({
  page,
}) => {
  await signIn(page);
  await upload(page, "faq", `${good}{"prompt":"no answer"}\n`);
  await expect(page.getByText("1 row of 31 (3.2 %) cannot be used as it is")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("row", { name: /31.*completion/ })).toBeVisible();
  await page.getByRole("button", { name: "Set 1 row aside" }).click();
  await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
});

test("a file that is no data set is refused with what to do about it, and nothing is kept", async ({ page }) => {
  await signIn(page);
  await upload(page, "table", "question,answer\nhow,so\n");
  await expect(page.getByText("Refused", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await page.goto(url("/runs/new"));
  await page.getByLabel("Dataset").first().click();
  await expect(page.getByRole("option", { name: /table/ })).toHaveCount(0);
});

async function upload(page: Page, name: string, text: string) {
  await page.goto(url("/datasets/new"));
  const file = { name: `${name}.jsonl`, mimeType: "application/jsonl", buffer: Buffer.from(text) };
  await page.getByLabel("File to upload").setInputFiles(file);
  await page.getByLabel(/^Dataset/).fill(name);
  await page.getByRole("button", { name: "Upload and check" }).click();
}
