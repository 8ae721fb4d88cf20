import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{db,server,workers,components,cli,bench}/**/*.test.{ts,tsx}"],
    globalSetup: ["./db/testing.ts"],
    environment: "node",
    silent: "passed-only", // logs of faults made on purpose are shown with the test that failed
    pool: "forks",
    // Settings that every process has; tests reach the database only through db/testing.ts.
    env: {
      FORGE_SECRET: "a secret that only tests use, 32+ characters",
      DATABASE_URL: "postgres://unused@127.0.0.1:1/unused",
    },
    maxWorkers: 3, // most tests wait for processes of ours; more lanes than cores keep both busy
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
