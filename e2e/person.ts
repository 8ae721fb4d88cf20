import { expect, type Page } from "@playwright/test";
import { admin } from "./start.ts";

/** A page of the first project. */
export const url = (path: string) => `${process.env.FORGE_TEST_CONSOLE}/default${path}`;

export async function signIn(page: Page) {
  await page.goto(`${process.env.FORGE_TEST_CONSOLE}/sign-in`);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("link", { name: "Datasets" }).first()).toBeVisible();
}

/** Choose from one of our selects by its label, as a person does. */
export async function choose(page: Page, label: string | RegExp, option: RegExp) {
  await page.getByLabel(label).first().click();
  await page.getByRole("option", { name: option }).first().click();
}
