import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";

// After ./forge demo: node e2e/screenshot.ts  → docs/console.png, the picture in the README.
const root = join(import.meta.dirname, "..");
const data = process.env.FORGE_DATA ?? join(root, ".forge");
const { consoleUrl } = JSON.parse(readFileSync(join(data, "run", "processes.json"), "utf8"));
const account = JSON.parse(readFileSync(join(data, "demo-account"), "utf8"));

const browser = await chromium.launch({
  executablePath: process.env.FORGE_TEST_BROWSER ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(`${consoleUrl}/sign-in`);
await page.getByLabel("E-mail").fill(account.email);
await page.getByLabel("Password", { exact: true }).fill(account.password);
await page.getByRole("button", { name: "Sign in" }).click();
await page.getByRole("heading", { name: "Home" }).waitFor();
await page.getByText("Healthy").first().waitFor();
await page.locator(".recharts-area path").first().waitFor({ state: "attached" });
await page.waitForTimeout(1_500); // charts grow into place
await page.screenshot({ path: join(root, "docs", "console.png") });
await browser.close();
