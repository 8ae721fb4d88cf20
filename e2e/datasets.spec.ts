import { expect, type Page, test } from "@playwright/test";
import { choose, signIn, url } from "./person.ts";

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

test("a file that is no data set is refused before it is sent, with what to do about it", async ({ page }) => {
  await signIn(page);
  await chooseFile(page, "table", "question,answer\nhow,so\n");
  await expect(page.getByRole("alert").filter({ hasText: "looks like a table (CSV)" })).toContainText(
    "pandas.read_csv",
  );
  await expect(page.getByRole("button", { name: "Upload and check" })).toHaveAttribute("aria-disabled", "true");
});

test("columns that are none of ours are chosen by a person, who is stopped where no row could be read", async ({
  page,
}) => {
  await signIn(page);
  const sums = Array.from({ length: 20 }, (_, i) =>
    JSON.stringify({ q1: `${i}+${i}?`, a1: `${2 * i}`, tags: ["sum"] }),
  );
  await chooseFile(page, "sums", `${sums.join("\n")}\n`);
  await page.getByRole("button", { name: "Upload and check" }).click();
  const start = page.getByRole("button", { name: "Import with these columns" });
  await expect(start).toBeVisible({ timeout: 60_000 });
  await choose(page, "Prompt", /^q1/);
  await choose(page, "Completion", /^tags/);
  await expect(page.getByText("None of the first rows can be read with these columns").first()).toBeVisible();
  await expect(start).toHaveAttribute("aria-disabled", "true");
  await choose(page, "Completion", /^a1/);
  await start.click();
  await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
});

test("a dataset is deleted when its name is typed, and its old address says so", async ({ page }) => {
  await signIn(page);
  await upload(page, "short lived", good);
  await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  const address = page.url();
  await page.getByRole("button", { name: "Delete dataset" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Delete short lived?" });
  const confirm = dialog.getByRole("button", { name: "Delete dataset" });
  await dialog.getByLabel(/^Type short lived/).fill("short lived");
  await confirm.click();
  await expect(page.getByText("short lived is deleted")).toBeVisible();
  await expect(page).toHaveURL(url("/datasets"));
  await page.goto(address);
  await expect(page.getByRole("heading", { name: "This dataset was deleted" })).toBeVisible();
});

async function upload(page: Page, name: string, text: string) {
  await chooseFile(page, name, text);
  await page.getByRole("button", { name: "Upload and check" }).click();
}

async function chooseFile(page: Page, name: string, text: string) {
  await page.goto(url("/datasets/new"));
  const file = { name: `${name}.jsonl`, mimeType: "application/jsonl", buffer: Buffer.from(text) };
  await page.getByLabel("File to upload").setInputFiles(file);
  await page.getByLabel(/^Dataset/).fill(name);
}
