import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { until } from "#server/process.fixture.ts";
import { endProcess, isAlive, killGroup, startTimeOf } from "#server/process.ts";
import { groupMembers, showsMark } from "#server/ps.rule.ts";

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

test("where there is no /proc, ps tells who is in a group and what a process carries", () => {
  const said = "    1     1 Ss\n  501   501 S+\n  502   501 R\n  503   501 Z\n  601   600 Ss\n 5010  5010 S\n\n";
  expect(groupMembers(said, 501)).toEqual([501, 502]);
  expect([groupMembers(said, 7), groupMembers("", 501)]).toEqual([[], []]);
  const command = "/opt/python -m largeforge_trainer --spec /a b/spec.json HOME=/Users/ada FORGE_RUN=run_1 LANG=C\n";
  expect(showsMark(command, "FORGE_RUN=run_1")).toBe(true);
  for (const other of ["FORGE_RUN=run_", "FORGE_RUN=run_12", "RUN=run_1"])
    expect(showsMark(command, other)).toBe(false);
  expect(showsMark("", "FORGE_RUN=run_1")).toBe(false);
});
