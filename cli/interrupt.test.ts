import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "#server/process.fixture.ts";

/** Run `script` with Ctrl-C heard, and press it once "now" was said → the exit code and what was told. */
async function interrupted(script: string, json = false) {
  const imports = `import { interruptible, listenForInterrupts } from "#cli/interrupt.ts";`;
  const code = `${imports} listenForInterrupts(${json}); const forever = () => new Promise(() => setInterval(() => {}, 1e6)); ${script}`;
  return pressed(["--input-type=module-typescript", "-e", code], {}, (said) => said.includes("now"));
}

async function pressed(args: string[], env: Record<string, string>, isTime: (said: string) => boolean) {
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk));
  await until(async () => isTime(stdout + stderr) || child.exitCode !== null);
  child.kill("SIGINT");
  const [exit] = await once(child, "close");
  return { exit, stdout, stderr };
}

test("Ctrl-C ends the steps from the inside out and tells the sentence of the outermost", async () => {
  const script = `
    await interruptible(() => "the run goes on", () =>
      interruptible(async () => { console.log("inner ended"); return "unheard"; }, () => { console.log("now"); return forever(); }));`;
  const { exit, stdout, stderr } = await interrupted(script);
  expect({ exit, stdout, stderr }).toEqual({
    exit: 130,
    stdout: "now\ninner ended\n",
    stderr: "interrupted: the run goes on\n",
  });
});

test("a step that is over is not ended again, and without one Ctrl-C says nothing", async () => {
  const script = `await interruptible(() => "unheard", async () => {}); console.log("now"); await forever();`;
  expect(await interrupted(script)).toEqual({ exit: 130, stdout: "now\n", stderr: "" });
});

test("a step that ends by itself after Ctrl-C keeps its own exit code", async () => {
  const script = `
    const stopped = Promise.withResolvers();
    await interruptible(() => { stopped.resolve(); return null; }, () => { console.log("now"); const timer = setInterval(() => {}, 1e6); return stopped.promise.then(() => clearInterval(timer)); });`;
  expect((await interrupted(script)).exit).toBe(0);
});

test("with --json an interruption is a JSON document", async () => {
  const script = `await interruptible(() => "the run goes on", () => { console.error("now"); return forever(); });`;
  const { stdout } = await interrupted(script, true);
  const error = { code: "INTERRUPTED", message: "the run goes on", field: null, requestId: null };
  expect(JSON.parse(stdout)).toEqual({ error });
});

test("Ctrl-C in an upload says that the same command goes on from there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "largeforge interrupt "));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "rows.jsonl");
  writeFileSync(file, '{"prompt":"a","completion":"b"}\n');
  let asked = 0;
  const silent = createServer(() => asked++).listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const address = silent.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const env = { FORGE_DATA: folder, FORGE_URL: url, FORGE_API_KEY: "lf_test" };
  const upload = [join(import.meta.dirname, "main.ts"), "datasets", "upload", file];
  const { exit, stderr } = await pressed(upload, env, () => asked > 0);
  expect(exit).toBe(130);
  expect(stderr).toContain(`what was sent of ${file} is kept for a week; the same command goes on from there`);
});
