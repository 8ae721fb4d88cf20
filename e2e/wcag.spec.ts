import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn, url } from "./person.ts";

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Experimental in axe, a rule of WCAG all the same: 2.5.3, the accessible name holds the visible text. */
const visibleNames = { "label-content-name-mismatch": { enabled: true } };

const pages = [
  "",
  "/datasets",
  "/datasets/new",
  "/runs",
  "/runs/new",
  "/evals",
  "/evals/new",
  "/evals/suites/new",
  "/models",
  "/models/new",
  "/deployments",
  "/deployments/new",
  "/playground",
  "/requests",
  "/settings/keys",
  "/settings/members",
  "/settings/prices",
  "/settings/audit",
  "/settings/project",
  "/settings/account",
  "/no-such-page",
];

/** The first dataset, run, eval, model and deployment there are: the main job has made them, alone this file finds none. */
async function detailsIn(page: Page): Promise<string[]> {
  const details: string[] = [];
  for (const list of ["/datasets", "/runs", "/evals", "/models", "/deployments?show=retired"]) {
    await page.goto(url(list));
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    const [, base = ""] = /^(\/[a-z]+)/.exec(list) ?? [];
    const link = page.locator(`main a[href*="${base}/"][href*="_"]`).first();
    const href = (await link.count()) > 0 ? await link.getAttribute("href") : null;
    if (href) details.push(href.slice(href.indexOf(base)));
  }
  return details;
}

test("no page breaks a rule of accessibility that axe knows, in the light theme and, for contrast, in the dark one", async ({
  page,
}) => {
  await signIn(page);
  const found: string[] = [];
  const note = (theme: string, path: string, violations: Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"]) => {
    for (const { id, nodes } of violations)
      found.push(`${theme} ${path || "/"} ${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`);
  };
  for (const path of [...pages, ...(await detailsIn(page))]) {
    await page.goto(url(path));
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    const whole = new AxeBuilder({ page }).setLegacyMode().withTags(standards);
    note("light", path, (await whole.options({ rules: visibleNames }).analyze()).violations);
    await page.evaluate(() => {
      document.documentElement.dataset.theme = "dark";
    });
    const contrast = new AxeBuilder({ page }).setLegacyMode().withRules(["color-contrast"]);
    note("dark", path, (await contrast.analyze()).violations);
  }
  expect(found).toEqual([]);
});
