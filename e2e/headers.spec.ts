import { expect, type Page, test } from "@playwright/test";
import { signIn, url } from "./person.ts";

const pages = [
  ...["", "/datasets", "/datasets/new", "/runs", "/runs/new", "/evals", "/evals/new", "/evals/suites/new", "/models"],
  ...["/models/new", "/deployments", "/deployments/new", "/playground", "/requests", "/settings/account"],
  ...["/settings/audit", "/settings/keys", "/settings/members", "/settings/prices", "/settings/project", "/nowhere"],
];

/** What the page's policy forbade, told by the browser itself from the first byte on. */
async function collectViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.exposeFunction("noteViolation", (what: string) => found.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
      const note: unknown = Reflect.get(window, "noteViolation");
      if (typeof note === "function") note(`${location.pathname}: ${violatedDirective} ${blockedURI} ${sourceFile}`);
    });
  });
  return found;
}

test("no page of the console breaks its own content security policy", async ({ page }) => {
  const violations = await collectViolations(page);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  await signIn(page);
  for (const path of pages) {
    await page.goto(url(path));
    await expect(page.getByRole("main").first()).toBeVisible();
    await page.waitForLoadState("load");
  }
  await page.goto(`${process.env.FORGE_TEST_CONSOLE}/nowhere/at-all`);
  await expect(page.getByRole("main").first()).toBeVisible();
  expect(violations).toEqual([]);
  expect(errors).toEqual([]);
});

test("a script that got into a page does not run: not in its text, not in an attribute, not written by another", async ({
  page,
}) => {
  const violations = await collectViolations(page);
  await page.route("**/sign-in", async (route) => {
    const response = await route.fetch();
    const injected =
      "<script>window.injected = 'text'</script><img src='/none' onerror=\"window.injected = 'attribute'\">";
    await route.fulfill({ response, body: (await response.text()).replace("</body>", `${injected}</body>`) });
  });
  await page.goto(`${process.env.FORGE_TEST_CONSOLE}/sign-in`);
  await expect(page.getByLabel("E-mail")).toBeVisible();
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.injected = 'written'";
    document.body.append(script);
  });
  await expect.poll(() => violations.length).toBeGreaterThanOrEqual(3);
  expect(await page.evaluate(() => Reflect.get(window, "injected"))).toBeUndefined();
});

test("every answer says how it may be shown and what may be told of it", async ({ request }) => {
  const console = process.env.FORGE_TEST_CONSOLE ?? "";
  for (const path of ["/sign-in", "/invite/some-token", "/api/health", "/api/trpc/people.me", "/theme.js"]) {
    const headers = (await request.get(`${console}${path}`)).headers();
    expect([path, headers["x-content-type-options"]]).toEqual([path, "nosniff"]);
    expect([path, headers["referrer-policy"]]).toEqual([path, "no-referrer"]);
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["strict-transport-security"]).toBeUndefined(); // this console is reached by http
  }
  const [one, other] = await Promise.all([request.get(`${console}/sign-in`), request.get(`${console}/sign-in`)]);
  expect(one.headers()["content-security-policy"]).not.toBe(other.headers()["content-security-policy"]);
});

test("an odd address or method is the caller's fault, never ours", async ({ request }) => {
  const console = process.env.FORGE_TEST_CONSOLE ?? "";
  for (const path of ["/%00", "/%ff", "/default/datasets/%00", "/api/uploads/%00"])
    expect([path, (await request.get(`${console}${path}`)).status()]).toEqual([path, 400]);
  const posted = await request.post(`${console}/sign-in`, { data: "x" });
  expect([posted.status(), posted.headers().allow]).toEqual([405, "GET, HEAD"]);
  for (const foreign of ["https://evil.example.com/", "garbage", "//evil.example.com", "javascript:alert(1)"]) {
    const asked = await request.get(`${console}/api/auth/signin`, {
      params: { callbackUrl: foreign },
      maxRedirects: 0,
    });
    expect([foreign, asked.status()]).toEqual([foreign, 302]);
    const form = { callbackUrl: foreign, csrfToken: "x", email: "a", password: "b" };
    const sent = await request.post(`${console}/api/auth/callback/credentials`, { form, maxRedirects: 0 });
    expect([foreign, sent.status() < 500]).toEqual([foreign, true]);
    const cookie = { cookie: `next-auth.callback-url=${encodeURIComponent(foreign)}` };
    expect((await request.get(`${console}/api/auth/session`, { headers: cookie })).status()).toBe(200);
  }
});
