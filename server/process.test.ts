import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { until } from "#server/process.fixture.ts";
import { endProcess, isAlive, killGroup, startTimeOf } from "#server/process.ts";

test("a process is told from a stranger that got its pid", async () => {
  const stranger = spawn("sleep", ["30"]);
  await once(stranger, "spawn");
  const pid = stranger.pid ?? 0;
  expect(await endProcess({ pid, startTime: "1" }, 100)).toBe(true);
  const startTime = startTimeOf(pid);
  expect(startTime).not.toBeNull();
  expect(isAlive({ pid, startTime: Number(startTime) })).toBe(process.platform === "linux"); // as the trainer writes it
  await endProcess({ pid, startTime: startTime ?? "" }, 1_000);
  expect(startTimeOf(pid)).toBeNull();
});

test("nobody and a zombie are not alive", async () => {
  expect(isAlive({ pid: 0, startTime: "" })).toBe(false);
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 30"]); // sleep never collects its child
  onTestFinished(() => void parent.kill("SIGKILL"));
  const line = await once(createInterface({ input: parent.stdout }), "line");
  await until(async () => startTimeOf(Number(line[0])) === null);
});

test.skipIf(process.platform !== "linux")("of a process group only what carries the mark is ended", async () => {
  const start = (mark: string) => spawn("sleep", ["30"], { detached: true, env: { ...process.env, FORGE_RUN: mark } });
  const [mine, stranger] = [start("run_1"), start("run_2")];
  onTestFinished(() => void stranger.kill("SIGKILL"));
  await Promise.all([once(mine, "spawn"), once(stranger, "spawn")]);
  const ended = once(mine, "exit");
  killGroup(stranger.pid ?? 0, "FORGE_RUN=run_1");
  killGroup(mine.pid ?? 0, "FORGE_RUN=run_1");
  expect((await ended)[1]).toBe("SIGKILL");
  expect(startTimeOf(stranger.pid ?? 0)).not.toBeNull();
});
