import { BlockList } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { parseProxies } from "#server/http/client-network.ts";
import { reachableHost } from "#server/http/reachable-host.rule.ts";

const portRange = "must be a port: 1 to 65535";
const port = z.coerce.number(portRange).int(portRange).min(1, portRange).max(65535, portRange);
const overlapRange = "must be a percentage: 0 to 100";
const webAddress = (example: string) => z.url({ protocol: /^https?$/, error: `must look like ${example}` });

/** A page's origin as its browser sends it, without a path; `*` is any. */
const isOrigin = (text: string) => text === "*" || (URL.canParse(text) && new URL(text).origin === text);

/** Every setting, validated once; docs/settings.md documents them for users. */
const Settings = z.object({
  NODE_ENV: z.string().default("development"),
  FORGE_DATA: z
    .string()
    .default("./.forge")
    .transform((path) => resolve(path)),
  FORGE_HOST: z.string().default("127.0.0.1"),
  FORGE_PORT: port.default(3000),
  FORGE_API_PORT: port.default(4000),
  FORGE_PUBLIC_URL: webAddress("https://forge.example.com").optional(),
  FORGE_TRUSTED_PROXIES: z
    .string()
    .default("")
    .superRefine((text, context) => {
      const list = parseProxies(text);
      if ("wrong" in list)
        context.addIssue(`${list.wrong} is no address: write addresses or ranges like 10.0.0.0/8, separated by commas`);
    }),
  FORGE_HOST_PORT: port.default(4100),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must look like postgres://user:password@host:5432/name" }),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must look like redis://host:6379" }).optional(),
  FORGE_STORAGE: z.undefined("is not there yet: everything is stored in FORGE_DATA, so leave it out").optional(),
  FORGE_SECRET: z.string().min(32, "must have at least 32 characters; the supervisor makes one on a single machine"),
  FORGE_ADMIN_EMAIL: z.email("must look like ada@example.com").optional(),
  FORGE_ADMIN_PASSWORD: z.string().min(10, "must have at least 10 characters").optional(),
  FORGE_TRAINER_PYTHON: z.string().optional(),
  FORGE_TOOLS: z
    .string()
    .default("./.tools")
    .transform((path) => resolve(path)),
  FORGE_METRICS: z.enum(["key", "open"], 'must be "key" (an API key with the scope admin) or "open"').default("key"),
  FORGE_CORS_ORIGINS: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .refine((list) => list.every(isOrigin), "must be origins like https://app.example.com, separated by commas, or *"),
  /** a stream without its first token for so long is opened and told its place in the queue; 0 = never */
  FORGE_QUEUE_NOTICE_SECONDS: z.coerce
    .number("must be a number of seconds: 0 to 3600")
    .min(0, "must be a number of seconds: 0 to 3600")
    .max(3_600, "must be a number of seconds: 0 to 3600")
    .default(1),
  FORGE_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  FORGE_KEEP_FREE_MIB: z.coerce.number("must be a number of MiB").int("must be whole").min(0).default(512),
  FORGE_KEEP_CHECKPOINTS_DAYS: z.coerce.number("must be a number of days").min(0).default(14),
  FORGE_GATE_MAX_OVERLAP: z.coerce
    .number(overlapRange)
    .min(0, overlapRange)
    .max(100, overlapRange)
    .default(0)
    .transform((percent) => percent / 100),
  HF_TOKEN: z.string().optional(),
  HF_ENDPOINT: webAddress("https://huggingface.co").optional(),
});

type Admin = Pick<z.infer<typeof Settings>, "FORGE_ADMIN_EMAIL" | "FORGE_ADMIN_PASSWORD">;
const namesBothOrNone = (values: Admin) => !values.FORGE_ADMIN_EMAIL === !values.FORGE_ADMIN_PASSWORD;
const adminPair = {
  path: ["FORGE_ADMIN_EMAIL, FORGE_ADMIN_PASSWORD"],
  error: "make the first admin together: set both or none",
  when: () => true, // beside other mistakes too: all are told at once
};
const Env = Settings.refine(namesBothOrNone, adminPair);
/** What a person may set before a start; the rest is made by it. */
const StartSettings = Settings.partial({ DATABASE_URL: true, FORGE_SECRET: true }).refine(namesBothOrNone, adminPair);

export type Env = z.infer<typeof Env>;

let parsed: Env | null = null;

/**
 * The settings of this process. Lazy, so that a build without settings succeeds.
 * Throws one error that lists every mistake, a line each.
 */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}

/** For the one process that works out its settings itself, the supervisor: they become its env(). */
export function adoptEnv(settings: Env): void {
  parsed = settings;
}

/** The proxies whose X-Forwarded-For counts (FORGE_TRUSTED_PROXIES). */
export function trustedProxies(): BlockList {
  const list = parseProxies(env().FORGE_TRUSTED_PROXIES);
  return "wrong" in list ? new BlockList() : list; // never wrong: validated above
}

/** Where people reach the console: FORGE_PUBLIC_URL behind a proxy, else its own port. Never the Host header. */
export function publicUrl(settings: Pick<Env, "FORGE_PUBLIC_URL" | "FORGE_HOST" | "FORGE_PORT"> = env()): string {
  if (settings.FORGE_PUBLIC_URL) return settings.FORGE_PUBLIC_URL.replace(/\/+$/, "");
  return `http://${reachableHost(settings.FORGE_HOST, "localhost")}:${settings.FORGE_PORT}`;
}

/** The gateway's address for our own processes on this machine, ends in /v1. */
export function apiUrl(settings: Pick<Env, "FORGE_HOST" | "FORGE_API_PORT"> = env()): string {
  return `http://${reachableHost(settings.FORGE_HOST)}:${settings.FORGE_API_PORT}/v1`;
}

/** The gateway's address as people and their programs reach it: the console's host, the API's port, ends in /v1. */
export function publicApiUrl(settings: Env = env()): string {
  const url = new URL(publicUrl(settings));
  url.port = String(settings.FORGE_API_PORT);
  return `${url.origin}/v1`;
}

/** Validate settings; empty strings count as absent. */
export function parseEnv(values: Record<string, string | undefined>): Env {
  return parse(Env, values);
}

/** This shell's settings before anything is set up. Throws INVALID with every mistake in them, a line each. */
export function checkStartSettings() {
  return parse(StartSettings, process.env);
}

function parse<T>(schema: z.ZodType<T>, values: Record<string, string | undefined>): T {
  const result = schema.safeParse(presentOf(values));
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new DomainError("INVALID", `the settings are not valid:\n${lines.join("\n")}`);
}

function presentOf(values: Record<string, string | undefined>) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ""));
}

/** Which share of an eval's cases its targets may have been trained on for it to open the promotion gate. */
export function gateMaxOverlap(): number {
  return parse(Settings.pick({ FORGE_GATE_MAX_OVERLAP: true }), process.env).FORGE_GATE_MAX_OVERLAP;
}

/** Level and process name for the log, which must work before the settings are known to be valid. */
export function logSettings() {
  const level = process.env.FORGE_LOG_LEVEL ?? (process.env.VITEST ? "silent" : "info");
  return { level, process: process.env.FORGE_PROCESS ?? "console" };
}

const SupervisorEnv = Settings.pick({
  FORGE_DATA: true,
  FORGE_HOST: true,
  FORGE_PORT: true,
  FORGE_API_PORT: true,
  FORGE_HOST_PORT: true,
  FORGE_PUBLIC_URL: true,
}).extend({ DATABASE_URL: z.string().optional(), FORGE_ROOT: z.string() });

/** What the supervisor needs before there is a database; `passOn` is the environment its children start with. */
export function supervisorSettings() {
  const values = parse(SupervisorEnv, process.env);
  return {
    dataDir: values.FORGE_DATA,
    root: values.FORGE_ROOT,
    host: values.FORGE_HOST,
    ports: { console: values.FORGE_PORT, api: values.FORGE_API_PORT, host: values.FORGE_HOST_PORT },
    publicUrl: values.FORGE_PUBLIC_URL,
    databaseUrl: values.DATABASE_URL,
    passOn: z.record(z.string(), z.string()).parse(presentOf(process.env)),
  };
}

const harmless = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "LD_LIBRARY_PATH",
  "CUDA_VISIBLE_DEVICES",
  "CUDA_PATH",
];

/** What a child that runs foreign native code may see: where things are, no secret, no database. */
export function isolatedEnvironment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const kept = harmless.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { NODE_ENV: "production", ...Object.fromEntries(kept), ...extra };
}
