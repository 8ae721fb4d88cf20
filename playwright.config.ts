import { defineConfig } from "@playwright/test";

const browser = process.env.FORGE_TEST_BROWSER;

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 15 * 60_000, // the main job trains a model for real; single steps have their own, shorter waits
  expect: { timeout: 20_000 },
  globalSetup: "./e2e/start.ts",
  use: {
    viewport: { width: 1280, height: 900 },
    actionTimeout: 30_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      env: {
        ...process.env,
        ...(process.env.FORGE_TEST_BROWSER_LIBRARIES
          ? { LD_LIBRARY_PATH: process.env.FORGE_TEST_BROWSER_LIBRARIES }
          : {}),
        ...(process.env.FORGE_TEST_BROWSER_FONTS ? { FONTCONFIG_PATH: process.env.FORGE_TEST_BROWSER_FONTS } : {}),
      },
    },
  },
});
