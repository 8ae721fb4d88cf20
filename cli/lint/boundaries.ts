import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Lineage order is import order: a domain imports only what stands left of it. `upstreams` and `rollouts` have no folder
 * yet; their place is known.
 */
export const domains = [
  "signals",
  "audit",
  "people",
  "projects",
  "keys",
  "pricing",
  "inference",
  "datasets",
  "models",
  "runs",
  "evals",
  "promotions",
  "upstreams",
  "deployments",
  "routing",
  "requests",
  "gateway",
  "playground",
  "rollouts",
  "economics",
  "storage",
  "ops",
] as const;
/** They read everything: overviews, sweeps, what names stored bytes. So nobody else may read them. */
const readers: readonly string[] = ["economics", "storage", "ops"];
type Domain = (typeof domains)[number];

type Group = { group: string[]; message: string };
type Override = { includes: string[]; linter: { rules: { style: Record<string, unknown> } } };

const noParents: Group = { group: ["../**"], message: "Import from the root: #server/…, #components/…" };
const transports: Group = {
  group: ["@trpc/**", "hono", "hono/**", "@hono/**", "next", "next/**", "next-auth", "next-auth/**", "bullmq"],
  message: "Transports appear only in trpc.ts, router.ts, app.ts, jobs/, workers/ and app/.",
};
const engine: Group = {
  group: ["node-llama-cpp", "node-llama-cpp/**"],
  message: "Only server/inference/host imports the engine.",
};
const workers: Group = { group: ["#workers/**"], message: "Nobody imports a process." };

function domainGroup(domain: Domain): Group {
  const left = readers.includes(domain)
    ? domains
    : domains.slice(0, domains.indexOf(domain)).filter((name) => !readers.includes(name));
  const allowed = left.map((name) =>
    name === "inference" && !readers.includes(domain) ? "!#server/inference/client/**" : `!#server/${name}/**`,
  );
  return {
    group: [
      "#*/**",
      "!#db/**",
      "!#server/*.ts",
      "!#server/http/**",
      "!#server/text/**",
      "!#server/jobs/**",
      ...allowed,
      `!#server/${domain}/**`,
    ],
    message: `server/${domain} imports only the shared floor, itself and what stands left of it in the lineage (${left.join(", ") || "nothing"}).`,
  };
}

function override(includes: string[], groups: Group[]): Override {
  const options = { patterns: [noParents, ...groups] };
  return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } } };
}

/**
 * Every import rule of the house as Biome overrides. A later matching override replaces an earlier one's options,
 * so each holds its full list and the order is from wide to narrow.
 */
export function importRules(): Override[] {
  const purePackages = [
    "drizzle-orm",
    "drizzle-orm/**",
    "postgres",
    "pg",
    "undici",
    "pino",
    "node:fs",
    "node:fs/**",
    "node:net",
    "node:child_process",
  ];
  return [
    override(["**/*.ts", "**/*.tsx"], [engine, workers]),
    override(["db/**"], [engine, { group: ["#*/**", "!#db/**"], message: "db/ imports nothing of ours." }]),
    override(
      ["server/**"],
      [
        engine,
        workers,
        transports,
        { group: ["#app/**", "#components/**", "#cli/**"], message: "The server knows no page and no shell." },
      ],
    ),
    ...domains.flatMap((domain) => [
      override([`server/${domain}/**`], [engine, transports, domainGroup(domain)]),
      override([`server/${domain}/**/router.ts`, `server/${domain}/**/app.ts`], [engine, domainGroup(domain)]),
    ]),
    override(["server/inference/host/**"], [transports, domainGroup("inference")]),
    override(["server/inference/host/**/app.ts"], [domainGroup("inference")]),
    override(["server/trpc.ts", "server/router.ts", "server/jobs/**", "server/auth.ts"], [engine, workers]),
    override(
      ["**/*.rule.ts"],
      [
        engine,
        transports,
        { group: purePackages, message: "A rule is pure: no database, no clock, no files, no network." },
        {
          group: [
            "#*/**",
            "!#db/enums.ts",
            "!#db/eval-summary.ts",
            "!#server/errors.ts",
            "!#*/**/*.rule.ts",
            "!#*/**/input.ts",
            "!#*/**/contract.ts",
            "!#server/runs/methods/**",
          ],
          message: "A rule imports only enums, inputs and other rules.",
        },
      ],
    ),
    override(
      ["server/runs/methods/**"],
      [
        engine,
        transports,
        { group: purePackages, message: "A method is pure, so that a browser can use it." },
        {
          group: ["#*/**", "!#db/enums.ts", "!#server/runs/methods/**"],
          message: "A method imports only enums and the other files of server/runs/methods.",
        },
      ],
    ),
    override(
      ["components/**"],
      [
        engine,
        workers,
        {
          group: ["#app/**", "#cli/**", "next-auth", "bullmq", "hono", "postgres", "drizzle-orm/**"],
          message:
            "components/ may use next/*, next-auth/react, tRPC and query clients; nothing of app/ or the server's tools.",
        },
      ],
    ),
    override(["cli/**", "bench/**", "e2e/**", "app/**", "workers/**"], [engine]),
    override(["**/*.test.{ts,tsx}", "**/*.fixture.ts", "**/testing.{ts,tsx}"], []),
  ];
}

/** Files that may read the environment: settings, tools and tests. */
const mayReadEnv = [
  "server/env.ts",
  "*.config.ts",
  "cli/**",
  "bench/**",
  "e2e/**",
  "db/testing.ts",
  "**/*.test.ts",
  "**/*.fixture.ts",
];

/** The file beside biome.json, which extends it; made from the table above, never edited. */
export const boundariesFile = "biome.boundaries.json";

/** All of that file: the import rules, who may read the environment, what a component takes from the server. */
export function boundaries(): Record<string, unknown> {
  const environment = { includes: mayReadEnv, linter: { rules: { style: { noProcessEnv: "off" } } } };
  const typesOnly = {
    includes: [
      "components/**/*.ts",
      "components/**/*.tsx",
      "!components/**/*.test.{ts,tsx}",
      "!components/testing.tsx",
    ],
    plugins: ["./cli/lint/components-types-only.grit"],
  };
  return { overrides: [...importRules(), environment, typesOnly] };
}

if (import.meta.main) {
  const file = join(import.meta.dirname, "..", "..", boundariesFile);
  writeFileSync(file, `${JSON.stringify(boundaries(), null, 2)}\n`);
}
