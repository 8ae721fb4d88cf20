import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { findPostmaster, stopServerOf } from "#db/postmaster.ts";
import { startTimeOf } from "#server/process.ts";

const root = join(import.meta.dirname, "..");

/** A data folder of its own, with a space in its path; nothing that runs for it outlives the test. */
function folder() {
  const data = mkdtempSync(join(tmpdir(), "largeforge down "));
  const cluster = join(data, "pg", "cluster");
  onTestFinished(async () => {
    await stopServerOf(cluster);
    rmSync(data, { recursive: true, force: true });
  });
  const down = async () => {
    const command = [join(root, "cli", "main.ts"), "down", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, FORGE_DATA: data },
    });
    return JSON.parse(stdout);
  };
  return { data, cluster, down };
}

test("down ends the trainer and the database that killed processes left behind, and says so", async () => {
  const { data, cluster, down } = folder();
  expect(await down()).toEqual({ stopped: false });
  await startEmbeddedPostgres({ dir: join(data, "pg"), durable: false });
  const trainer = spawn("sleep", ["600"]);
  onTestFinished(() => void trainer.kill("SIGKILL"));
  await once(trainer, "spawn");
  mkdirSync(join(data, "runs", "run_1"), { recursive: true });
  const pid = trainer.pid ?? 0;
  writeFileSync(join(data, "runs", "run_1", "pid.json"), JSON.stringify({ pid, startTime: Number(startTimeOf(pid)) }));

  expect(await down()).toEqual({ stopped: true });
  expect(startTimeOf(pid)).toBeNull();
  expect(await findPostmaster(cluster)).toBeNull();
  expect(await down()).toEqual({ stopped: false });
});
