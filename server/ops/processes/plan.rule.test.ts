import { expect, test } from "vitest";
import { countCrash, planProcesses, restartWaitMs, startWaves } from "#server/ops/processes/plan.rule.ts";
import { movedPorts } from "#server/ops/processes/ports.ts";

test("crashes wait ever longer, up to half a minute", () => {
  expect([1, 2, 3, 4, 20].map(restartWaitMs)).toEqual([500, 1_000, 2_000, 4_000, 30_000]);
});

test("a process that ran for a minute starts over at the shortest wait", () => {
  expect(countCrash(5, 59_999)).toBe(6);
  expect(countCrash(5, 60_000)).toBe(1);
});

test("a console open to every address is asked for its health on loopback", () => {
  const plan = planProcesses({ ports: { console: 1, api: 2, host: 3 }, host: "0.0.0.0", dataDir: "/d" });
  expect(plan.find((process) => process.name === "console")?.ready).toEqual({ url: "http://127.0.0.1:1/api/health" });
  expect(plan.map((process) => process.name)).toEqual(["inference", "jobs", "gateway", "console"]);
});

test("the dependencies that people wait for start before the rest", () => {
  const waves = startWaves(planProcesses({ ports: { console: 1, api: 2, host: 3 }, host: "127.0.0.1", dataDir: "/d" }));
  expect(waves.map((wave) => wave.map((process) => process.name))).toEqual([
    ["gateway", "console"],
    ["inference", "jobs"],
  ]);
});

test("an address of IPv6 stands in brackets where it is asked for its health", () => {
  const plan = planProcesses({ ports: { console: 1, api: 2, host: 3 }, host: "::1", dataDir: "/d" });
  expect(plan.find((process) => process.name === "gateway")?.ready).toEqual({ url: "http://[::1]:2/health" });
});

test("a port that another program has is named with the setting that chooses another", () => {
  const got = { console: 40_123, api: 4_000, host: 40_124 };
  expect(movedPorts({ console: 3_000, api: 4_000, host: 0 }, got)).toEqual([
    { of: "the console", setting: "FORGE_PORT", wanted: 3_000, got: 40_123 },
  ]);
});
