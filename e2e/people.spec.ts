import { expect, test } from "@playwright/test";
import { signIn } from "./person.ts";
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

test("the project switcher opens, marks the project one is in and goes to its home", async ({ page }) => {
  await signIn(page);
  await page.goto(url("/default/evals"));
  await page.getByRole("button", { name: /^Project .*, switch$/ }).click();
  await page.getByRole("menuitemradio", { name: /here$/, checked: true }).click();
  await expect(page).toHaveURL(url("/default"));
  await expect(page.getByRole("menu")).toBeHidden();
});

test("a page asks a stranger to sign in and then goes where they wanted", async ({ page }) => {
  await page.goto(url("/default/evals"));
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Evals" })).toBeVisible();
});
