import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openTestConsole, type TestConsole } from "#cli/datasets/console.fixture.ts";
import { uploadFile } from "#cli/datasets/upload-file.ts";
import { collect } from "#cli/list.ts";
import { program } from "#cli/program.ts";

let at: TestConsole;
beforeAll(async () => {
  at = await openTestConsole();
  const { url, key } = at.connection;
  Object.assign(process.env, { FORGE_URL: url, FORGE_API_KEY: key, FORGE_PROJECT: "default" });
});
afterAll(() => at.close());

/** `forge …` in this process: what it prints for programs and what it says to people. */
async function forge(...args: string[]) {
  const out = { stdout: "", stderr: "" };
  const into = (name: "stdout" | "stderr") =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      out[name] += String(text);
      return true;
    });
  const spies = [into("stdout"), into("stderr")];
  try {
    await program.parseAsync(["node", "forge", ...args]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return out;
}

async function list(...args: string[]): Promise<{ items: { name: string }[]; nextCursor?: string; total?: number }> {
  return JSON.parse((await forge(...args, "--json")).stdout);
}

/** `datasets list`, `evals suites list`, … as the command line itself has them. */
function listCommands(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  return command.commands.flatMap((one) => {
    const own = [...path, one.name()];
    return one.name() === "list" ? [{ path: own, command: one }] : listCommands(one, own);
  });
}

test("every list has one form under --json, and all that belong to a project come in pages", async () => {
  const all = listCommands(program);
  expect(all.map(({ path }) => path.join(" "))).toEqual([
    "datasets list",
    "deploy list",
    "evals list",
    "evals suites list",
    "keys list",
    "models list",
    "people list",
    "projects list",
    "runs list",
  ]);
  const pages = { items: expect.any(Array), total: expect.any(Number) };
  for (const { path } of all) {
    if (path[0] === "people") continue; // accounts are no API key's: people.test.ts lists them as the machine does
    const form = path[0] === "projects" ? { items: expect.any(Array) } : pages;
    expect(await list(...path), path.join(" ")).toEqual(form);
  }
  const unpaged = all.filter(({ command }) => !command.options.some((option) => option.long === "--cursor"));
  expect(unpaged.map(({ path }) => path.join(" "))).toEqual(["people list", "projects list"]);
});

test("a page says how many there are and where the next one begins, to programs and to people", async () => {
  const dir = await mkdtemp(join(tmpdir(), "largeforge-test-list-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  for (const name of ["one", "two", "three"]) {
    const file = join(dir, `${name}.jsonl`);
    await writeFile(file, `{"prompt": "${name}?", "completion": "yes"}\n`);
    await uploadFile(at.connection, file);
  }
  const first = await list("datasets", "list", "--limit", "2");
  expect(first).toMatchObject({
    items: [{ name: "three" }, { name: "two" }],
    total: 3,
    nextCursor: expect.any(String),
  });
  const rest = await list("datasets", "list", "--limit", "2", "--cursor", first.nextCursor ?? "");
  expect(rest).toMatchObject({ items: [{ name: "one" }], total: 3 });
  expect(rest).not.toHaveProperty("nextCursor");
  const shown = await forge("datasets", "list", "--limit", "2");
  expect(shown.stderr).toBe(`2 of 3; --limit shows more at once, --cursor ${first.nextCursor} goes on after these\n`);
  expect((await forge("datasets", "list")).stderr).toBe("");
});

test("a limit above the server's page is collected page by page, no row twice and none beyond it", async () => {
  const rows = Array.from({ length: 3_002 }, (_, index) => index);
  const asked: number[] = [];
  const ask = async ({ limit, cursor }: { limit: number; cursor?: string }) => {
    const from = Number(cursor ?? 0);
    const to = from + limit;
    asked.push(limit);
    return { items: rows.slice(from, to), nextCursor: to < rows.length ? String(to) : null, total: rows.length };
  };
  expect(await collect(ask, { limit: 250 })).toEqual({ items: rows.slice(0, 250), nextCursor: "250", total: 3_002 });
  expect(asked).toEqual([100, 100, 50]);
  expect(await collect(ask, { limit: 10_000, cursor: "250" })).toEqual({ items: rows.slice(250), total: 3_002 });
});
