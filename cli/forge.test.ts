import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "#cli/paths.ts";
import { until } from "#server/process.fixture.ts";

/** A checkout whose real `npm ci` takes a moment; `npm.calls` counts them. */
function checkout() {
  const dir = mkdtempSync(join(tmpdir(), "largeforge checkout "));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const ours = join(dir, "largeforge");
  mkdirSync(join(ours, "cli"), { recursive: true });
  copyFileSync(join(root, "forge"), join(ours, "forge"));
  cpSync(join(root, "cli", "setup"), join(ours, "cli", "setup"), { recursive: true });
  writeFileSync(join(ours, "cli", "main.ts"), "console.log(import.meta.dirname);");
  writeFileSync(join(ours, ".npmrc"), "");
  writePackage(ours, "largeforge");
  const bin = join(dir, "bin");
  mkdirSync(bin);
  const npm = `#!/usr/bin/env bash\necho "$PWD" >>"${dir}/npm.calls"\nPATH="\${PATH#*${delimiter}}" exec npm "$@"\n`;
  writeFileSync(join(bin, "npm"), npm, { mode: 0o755 });
  const env = {
    ...process.env,
    PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    FORGE_DATA: "",
    FORGE_TOOLS: "",
    FORGE_PROJECT: "",
  };
  const run = (command: string, verb = "status"): ChildProcess & { said: () => string } => {
    const child = spawn(command, [verb], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
    return Object.assign(child, { said: () => said });
  };
  const calls = () =>
    existsSync(join(dir, "npm.calls")) ? readFileSync(join(dir, "npm.calls"), "utf8").trim().split("\n") : [];
  return { dir, ours, run, calls };
}

/** A package with one dependency that lies in it, so that `npm ci` makes node_modules without a registry. */
function writePackage(dir: string, name: string) {
  const manifest = { name, version: "1.0.0", private: true, dependencies: { part: "file:part" } };
  const part = { name: "part", version: "1.0.0" };
  const packages = { "": manifest, part, "node_modules/part": { resolved: "part", link: true } };
  mkdirSync(join(dir, "part"));
  writeFileSync(join(dir, "part", "package.json"), JSON.stringify(part));
  writeFileSync(join(dir, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(dir, "package-lock.json"), JSON.stringify({ ...manifest, lockfileVersion: 3, packages }));
}

test("through a link, also a link to a link, the script works in its own checkout and touches nothing beside the link", async () => {
  const { dir, ours, run, calls } = checkout();
  const other = join(dir, "other project");
  mkdirSync(join(other, "node_modules"), { recursive: true });
  writePackage(other, "other");
  writeFileSync(join(other, "node_modules", "planted"), "mine");
  symlinkSync(join(ours, "forge"), join(dir, "link"));
  symlinkSync("../link", join(other, "forge"));
  const child = run(join(other, "forge"));
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(child.said()).toContain(join(ours, "cli"));
  expect(calls()).toEqual([ours]);
  expect(readFileSync(join(other, "node_modules", "planted"), "utf8")).toBe("mine");
  expect([existsSync(join(other, ".tools")), existsSync(join(ours, ".tools"))]).toEqual([false, true]);
});

test("a copy outside a checkout installs nothing and says what it is not", async () => {
  const { dir, ours, run, calls } = checkout();
  const other = join(dir, "copied");
  mkdirSync(other);
  writePackage(other, "other");
  copyFileSync(join(ours, "forge"), join(other, "forge"));
  const child = run(join(other, "forge"));
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(child.said()).toContain("is not a checkout of LargeForge");
  expect(calls()).toEqual([]);
});

test("of two commands during the first set-up one installs, and both work", async () => {
  const { ours, run, calls } = checkout();
  const both = [run(join(ours, "forge")), run(join(ours, "forge"))];
  expect(await Promise.all(both.map((child) => once(child, "exit")))).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(calls()).toEqual([ours]);
});

test("the second command says whom and what it waits for, and takes over from one that died", async () => {
  const { ours, run, calls } = checkout();
  const owner = spawn("sleep", ["120"]);
  onTestFinished(() => void owner.kill("SIGKILL"));
  await once(owner, "spawn");
  const lock = join(ours, ".tools", "setup.lock");
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, "what"), "console build\n");
  writeFileSync(join(lock, "pid"), `${owner.pid}\n`);
  const second = run(join(ours, "forge"));
  await until(async () => second.said().includes(`waiting for another ./forge (pid ${owner.pid}): console build`));
  expect(calls()).toEqual([]);
  owner.kill("SIGKILL");
  expect(await once(second, "exit")).toEqual([0, null]);
  expect([calls(), existsSync(lock)]).toEqual([[ours], false]);
});

test("when the packages changed under a running installation, down still ends it and everything else waits for that", async () => {
  const { ours, run, calls } = checkout();
  mkdirSync(join(ours, "workers"));
  mkdirSync(join(ours, ".forge", "run"), { recursive: true });
  const main = join(ours, "workers", "supervisor.ts");
  writeFileSync(main, "setInterval(() => {}, 1_000);");
  const supervisor = spawn(process.execPath, [main], { stdio: "ignore" });
  onTestFinished(() => void supervisor.kill("SIGKILL"));
  await once(supervisor, "spawn");
  writeFileSync(
    join(ours, ".forge", "run", "processes.json"),
    JSON.stringify({ supervisorPid: supervisor.pid }, null, 2),
  );
  const other = run(join(ours, "forge"));
  expect(await once(other, "exit")).toEqual([5, null]);
  expect(other.said()).toContain("./forge down first");
  expect(supervisor.exitCode).toBeNull();
  const ended = once(supervisor, "exit");
  const down = run(join(ours, "forge"), "down");
  expect(await once(down, "exit")).toEqual([0, null]);
  expect(await ended).toEqual([null, "SIGTERM"]);
  expect([down.said(), calls()]).toEqual(["stopped\n", []]);
});
