import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { reportFailure, seconds } from "#cli/output.ts";
import { DomainError } from "#server/errors.ts";

/** Run the shell on a data folder of its own that holds this log. */
function forge(log: string, ...args: string[]) {
  const data = mkdtempSync(join(tmpdir(), "largeforge output "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  mkdirSync(join(data, "logs"));
  writeFileSync(join(data, "logs", "forge.log"), log);
  const env = { ...process.env, FORGE_DATA: data };
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const command = [join(import.meta.dirname, "main.ts"), ...args];
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

test.each([
  [["models", "list", "--nonsense"], "unknown option '--nonsense'"],
  [["train", "sft", "--model", "nano"], "required option '--dataset <name>' not specified"],
  [["models"], "name a command: see --help"],
  [
    ["logs", "--process", "foo"],
    "option '--process <name>' argument 'foo' is invalid. Allowed choices are console, gateway, jobs, inference, supervisor.",
  ],
  [
    ["runs", "list", "--limit", "x"],
    "option '--limit <number>' argument 'x' is invalid. give a whole number from 1 on.",
  ],
  [["logs", "--follow"], "--follow has no end, so it makes no JSON document: leave one of them out"],
])("a usage error under --json is one JSON document too: %s", async (args, message) => {
  const { code, stdout } = await forge("", ...args, "--json");
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({ error: { code: "USAGE", message, field: null, requestId: null } });
});

test("a message that names what it is about gets no field behind it, a bare one does", () => {
  const said = (...[code, message, field]: ["INVALID" | "REFUSED", string, string]) => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    reportFailure(new DomainError(code, message, { field }), false);
    const [line] = written.mock.calls.map(([text]) => text);
    written.mockRestore();
    return line;
  };
  expect(said("REFUSED", "nano is a tuned model", "base")).toBe("forge: nano is a tuned model\n");
  expect(said("INVALID", "use at most 80 characters", "name")).toBe("forge: use at most 80 characters (name)\n");
  expect(said("INVALID", "an alias is champion or challenger", "alias")).not.toContain("(");
});

test("a call that is refused because of a program's key in FORGE_API_KEY says that, and how to be the machine's admin", () => {
  const said = (env: Record<string, string>, error: DomainError) => {
    for (const name of ["FORGE_API_KEY", "FORGE_URL"]) vi.stubEnv(name, env[name]);
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    reportFailure(error, false);
    const text = written.mock.calls.map(([line]) => line).join("");
    written.mockRestore();
    vi.unstubAllEnvs();
    return text;
  };
  const forbidden = new DomainError("FORBIDDEN", "this key lacks the scope datasets:read");
  expect(said({ FORGE_API_KEY: "lf_app" }, forbidden)).toContain("unset FORGE_API_KEY to act as the admin of this");
  const elsewhere = said({ FORGE_API_KEY: "lf_app", FORGE_URL: "https://forge.example.com" }, forbidden);
  expect(elsewhere).toMatch(/used the key in FORGE_API_KEY\n$/);
  expect(said({}, forbidden)).toBe("forge: this key lacks the scope datasets:read\n");
  expect(said({ FORGE_API_KEY: "lf_app" }, new DomainError("NOT_FOUND", "no"))).toBe("forge: no\n");
});

test.each([
  ["keys", "create"],
  ["deploy", "create"],
])("help of %s %s says defaults in words, not as JavaScript has them", async (...command) => {
  expect((await forge("", ...command, "--help")).stdout).not.toMatch(/default: (?:\[\]|null)/);
});

test("logs are lines for people and one JSON document for programs, lines that are not ours included", async () => {
  const ours = { time: "2026-01-02T12:04:05Z", level: "info", process: "jobs", msg: "runs.done", ms: 7 };
  const log = `${JSON.stringify({ ...ours, ms: 1 })}\n${JSON.stringify(ours)}\nTrace: not ours\n`;
  expect(JSON.parse((await forge(log, "logs", "--lines", "2", "--json")).stdout)).toEqual({
    items: [ours, { msg: "Trace: not ours" }],
  });
  expect(JSON.parse((await forge("", "logs", "--json")).stdout)).toEqual({ items: [] });
  expect((await forge(log, "logs", "-n", "2")).stdout).toBe("12:04:05 jobs info runs.done ms=7\nTrace: not ours\n");
  expect((await forge("", "logs")).stdout).toBe("");
});

test.each([
  [9_940, "9.9 s"],
  [9_960, "10 s"],
  [59_700, "1 min 0 s"],
  [119_700, "2 min 0 s"],
  [134_000, "2 min 14 s"],
])("%d ms are %s", (ms, text) => {
  expect(seconds(ms)).toBe(text);
});
