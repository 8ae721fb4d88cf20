import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { boundaries, boundariesFile } from "#cli/lint/boundaries.ts";

const root = join(import.meta.dirname, "..", "..");
const biome = join(root, "node_modules", ".bin", "biome");

type Finding = { file: string; rule: string };

/** Lint every snippet at its path in a folder of its own, with the real rules, in one run of Biome. */
function lintAll(snippets: { path: string; code: string }[]): Finding[] {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "largeforge-lint-")));
  const config = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
  writeFileSync(join(dir, "biome.json"), JSON.stringify({ ...config, $schema: undefined, vcs: undefined }));
  cpSync(join(root, boundariesFile), join(dir, boundariesFile));
  cpSync(join(root, "cli", "lint"), join(dir, "cli", "lint"), { recursive: true });
  for (const { path, code } of snippets) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), code);
  }
  const paths = snippets.map(({ path }) => path);
  const result = spawnSync(biome, ["lint", "--reporter=github", "--max-diagnostics=none", ...paths], {
    cwd: dir,
    encoding: "utf8",
  });
  rmSync(dir, { recursive: true, force: true });
  const found = result.stdout.matchAll(/title=([^,]+),file=([^,]+),/g);
  return [...found].map(([, rule = "", file = ""]) => ({ rule, file: relative(dir, file) }));
}

const use = "\nconsole.log(x);\n";
const refused: [why: string, path: string, code: string][] = [
  ["a domain does not look right in the lineage", "server/datasets/x.ts", `import { x } from "#server/runs/start.ts";`],
  ["audit imports no domain", "server/audit/x.ts", `import { x } from "#server/people/create.ts";`],
  ["people do not know projects", "server/people/x.ts", `import { x } from "#server/projects/create.ts";`],
  ["keys do not know the gateway", "server/keys/x.ts", `import { x } from "#server/gateway/wire.ts";`],
  ["models do not know runs", "server/models/x.ts", `import { x } from "#server/runs/start.ts";`],
  ["models do not know evals", "server/models/x.ts", `import { x } from "#server/evals/start.ts";`],
  ["evals do not know promotions", "server/evals/x.ts", `import { x } from "#server/promotions/gate.ts";`],
  ["the gateway does not know economics", "server/gateway/z.ts", `import { x } from "#server/economics/x.rule.ts";`],
  ["models do not know deployments", "server/models/x.ts", `import { x } from "#server/deployments/create.ts";`],
  ["evals do not know deployments", "server/evals/x.ts", `import { x } from "#server/deployments/create.ts";`],
  ["routing does not know the gateway", "server/routing/x.ts", `import { x } from "#server/gateway/app.ts";`],
  ["economics is not imported by a domain", "server/runs/x.ts", `import { x } from "#server/economics/set-price.ts";`],
  ["a verb knows no transport", "server/runs/x.ts", `import { x } from "hono";`],
  ["a verb knows no Next", "server/runs/x.ts", `import { x } from "next/headers";`],
  ["the engine stays in the host", "server/gateway/x.ts", `import { x } from "node-llama-cpp";`],
  ["the host's inside is the host's", "server/gateway/y.ts", `import { x } from "#server/inference/host/engine.ts";`],
  ["a rule has no database", "server/runs/x.rule.ts", `import { x } from "drizzle-orm";`],
  ["a rule has no settings", "server/runs/y.rule.ts", `import { x } from "#server/env.ts";`],
  ["db imports nothing of ours", "db/x.ts", `import { x } from "#server/errors.ts";`],
  ["nobody imports a process", "server/ops/x.ts", `import { x } from "#workers/jobs.ts";`],
  ["the server knows no page", "server/ops/y.ts", `import { x } from "#components/ui/button.tsx";`],
  ["components know nothing of app", "components/runs/x.tsx", `import { x } from "#app/page.tsx";`],
  ["components take only types from a verb", "components/runs/y.tsx", `import { x } from "#server/runs/start.ts";`],
  ["no parent paths", "server/runs/z.ts", `import { x } from "../models/get.ts";`],
];

const accepted: [why: string, path: string, code: string][] = [
  ["left in the lineage", "server/runs/x.ts", `import { x } from "#server/datasets/get.ts";`],
  ["a run starts from a model", "server/runs/x.ts", `import { x } from "#server/models/find-base.ts";`],
  ["the gateway prices a call", "server/gateway/x.ts", `import { x } from "#server/pricing/price.rule.ts";`],
  ["operations read everything", "server/ops/x.ts", `import { x } from "#server/economics/x.ts";`],
  ["the shared floor", "server/runs/x.ts", `import { x } from "#server/errors.ts";`],
  ["a router may use tRPC", "server/runs/router.ts", `import { x } from "#server/trpc.ts";`],
  ["the gateway's app may use hono", "server/gateway/app.ts", `import { x } from "hono";`],
  ["the host may use the engine", "server/inference/host/engine.ts", `import { x } from "node-llama-cpp";`],
  [
    "a component takes a type",
    "components/runs/x.tsx",
    `import type { x } from "#server/runs/start.ts";\nexport type y = x;`,
  ],
  ["a component takes an input schema", "components/runs/x.tsx", `import { x } from "#server/runs/input.ts";`],
  ["a component takes a rule", "components/runs/x.tsx", `import { x } from "#server/runs/eta.rule.ts";`],
];

const at = (path: string, index: number) => path.replace(/(\.rule)?(\.tsx?)$/, (end) => `-${index}${end}`);
const exact = (path: string) => /\/(router|app)\.ts$/.test(path);
const place = (path: string, index: number) => (exact(path) ? path : at(path, index));
const others = [
  { path: "server/runs/env.ts", code: "export const x = process.env.FORGE_PORT;\n", rule: "noProcessEnv" },
  {
    path: "server/runs/float.ts",
    code: "async function save() {}\nexport function run() {\n  save();\n}\n",
    rule: "noFloatingPromises",
  },
  { path: "server/runs/any.ts", code: "export function f(x: any) {\n  return x;\n}\n", rule: "noExplicitAny" },
  {
    path: "server/runs/spread.ts",
    code: "export function f(a: number) {\n  return { ...{ a }, b: 1 };\n}\n",
    rule: "plugin",
  },
  {
    path: "server/runs/bang.ts",
    code: "export function f(y?: string) {\n  return y!;\n}\n",
    rule: "noNonNullAssertion",
  },
];
const boundary = /noRestrictedImports|plugin/;

const findings = lintAll([
  ...refused.map(([, path, code], index) => ({ path: place(path, index), code: code + use })),
  ...accepted.map(([, path, code], index) => ({
    path: place(path, index + 100),
    code: code.includes("import type") ? `${code}\n` : code + use,
  })),
  ...others,
]);
const rulesAt = (file: string) => findings.filter((finding) => finding.file === file).map((finding) => finding.rule);

describe("the linter refuses what the architecture forbids", () => {
  test.each(refused.map((row, index) => ({ why: row[0], file: place(row[1], index) })))("$why", ({ file }) => {
    expect(rulesAt(file).join()).toMatch(boundary);
  });
  test.each(others)("$rule", ({ path, rule }) => {
    expect(rulesAt(path).join()).toContain(rule);
  });
});

describe("the linter lets pass", () => {
  test.each(accepted.map((row, index) => ({ why: row[0], file: place(row[1], index + 100) })))("$why", ({ file }) => {
    expect(rulesAt(file).join()).not.toMatch(boundary);
  });
});

test("the boundaries' file is what the table makes", () => {
  const written = JSON.parse(readFileSync(join(root, boundariesFile), "utf8"));
  expect(written).toEqual(JSON.parse(JSON.stringify(boundaries())));
});
