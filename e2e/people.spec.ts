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

test("a viewer is told which acts are not theirs, and once removed sees no more of the project", async ({
  page,
  browser,
}) => {
  await signIn(page);
  await page.goto(url("/default/settings/members"));
  await page.getByRole("button", { name: "Invite" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill("vera@example.test");
  await dialog.getByLabel("Role").click();
  await page.getByRole("option", { name: /^Viewer/ }).click();
  await dialog.getByRole("button", { name: "Create link" }).click();
  const link = (await dialog.getByText(/\/invite\//).textContent())?.trim() ?? "";
  await dialog.getByRole("button", { name: "Done" }).click();

  const viewer = await (await browser.newContext()).newPage();
  await viewer.goto(link);
  await viewer.getByLabel("Your name").fill("Vera");
  await viewer.getByLabel("Password", { exact: true }).fill("a-long-password-1815");
  await viewer.getByRole("button", { name: "Create account and join" }).click();
  await viewer.getByRole("link", { name: "Models" }).first().click();
  await expect(viewer.getByRole("button", { name: "Import a base model" })).toHaveAttribute("aria-disabled", "true");
  await viewer.getByRole("link", { name: "Evals" }).first().click();
  await expect(viewer.getByRole("button", { name: "New eval" })).toHaveAttribute("aria-disabled", "true");
  await viewer.goto(url("/default/runs/run_nope"));
  await expect(viewer.getByRole("heading", { name: "This run was not found" })).toBeVisible();
  await viewer.getByRole("link", { name: "See all runs" }).click();
  await expect(viewer.getByRole("heading", { name: "Runs" })).toBeVisible();

  await page.getByRole("row", { name: /Vera/ }).getByRole("button", { name: "Actions for Vera" }).click();
  await page.getByRole("menuitem", { name: "Remove from the project" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove member" }).click();
  await expect(viewer.getByRole("heading", { name: "Page not found", level: 1 })).toBeVisible();
});
