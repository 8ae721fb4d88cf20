import { expect, test } from "@playwright/test";
import { admin } from "./start.ts";

const url = (path: string) => `${process.env.FORGE_TEST_CONSOLE}${path}`;

test("a wrong password says so without telling whether the account exists, and a right one opens the console", async ({
  page,
}) => {
  await page.goto(url("/sign-in"));
  for (const email of [admin.email, "nobody@example.test"]) {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not this one");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: /./ }).first()).toContainText(
      "E-mail and password do not match",
    );
  }
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("link", { name: "Datasets" }).first()).toBeVisible();
});

test("a page asks a stranger to sign in and then goes where they wanted", async ({ page }) => {
  await page.goto(url("/default/evals"));
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Evals" })).toBeVisible();
});
