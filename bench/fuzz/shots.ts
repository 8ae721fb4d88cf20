import fc from "fast-check";
import superjson from "superjson";
import { z } from "zod";
import { anyJson, anyText, inputFor, likely } from "#bench/fuzz/arbitrary.ts";
import type { Seeded } from "#bench/fuzz/seed.ts";
import type { Route, Stack } from "#bench/fuzz/stack.ts";
import { CompleteFileUpload, CreateFileUpload, CreateUpload, FinishUpload } from "#server/datasets/input.ts";
import { CreateJob } from "#server/gateway/control/jobs/input.ts";
import { FeedbackBody } from "#server/gateway/input.ts";
import { ChatBody, CompletionBody } from "#server/inference/client/input.ts";
import { ChatInput, CompletionInput } from "#server/inference/host/input.ts";
import { PlaygroundCall } from "#server/playground/input.ts";
import { appRouter } from "#server/router.ts";

/** One request, as it goes over the wire. `logged`: the gateway owes its log a row for it. */
export type Shot = {
  origin: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  logged: boolean;
};
export type Target = { name: string; shots: fc.Arbitrary<Shot> };

/** What ends a project, or a way in: aimed at the spare one, or left alone. */
const ending = /^projects\.(archive|remove|delete|purge)/;
const lockingOut = /^people\.(signOutEverywhere|endSession|changePassword|disable|enable|resetPassword)/;

const schemas: [RegExp, z.ZodType][] = [
  [/^POST \/v1\/chat\/completions$/, ChatBody],
  [/^POST \/v1\/completions$/, CompletionBody],
  [/^POST \/v1\/feedback$/, FeedbackBody],
  [/^POST \/v1\/fine_tuning\/jobs$/, CreateJob],
  [/^POST \/v1\/uploads$/, CreateFileUpload],
  [/^POST \/v1\/uploads\/[^/]+\/complete$/, CompleteFileUpload],
  [/^POST \/api\/uploads$/, CreateUpload],
  [/^POST \/api\/uploads\//, FinishUpload],
  [/^POST \/api\/playground$/, PlaygroundCall],
  [/^POST \/(un)?load$/, z.object({ ref: z.string() })],
];

/** Everything that answers: each procedure, each route of gateway, host and console. */
export function allTargets(stack: Stack, seeded: Seeded): Target[] {
  return [...procedureTargets(stack, seeded), ...routeTargets(stack, seeded), batchTarget(stack, seeded)];
}

type Procedure = { _def: { type: string; inputs?: unknown[] } };

function procedures(): [string, Procedure][] {
  const flat: object = appRouter._def.procedures;
  return Object.entries(flat as Record<string, Procedure>); // safe because tRPC keeps them by their dotted names
}

function procedureTargets({ urls, adminKey }: Stack, { known, cookie, keys }: Seeded): Target[] {
  return procedures()
    .filter(([name]) => !lockingOut.test(name))
    .map(([name, procedure]) => {
      const [schema] = procedure._def.inputs ?? [];
      const input = schema instanceof z.ZodType ? inputFor(schema, known, name) : anyJson(known);
      const project = ending.test(name) ? "spare" : "harmed";
      const callers: Record<string, string>[] = [
        { authorization: `Bearer ${adminKey}` },
        { authorization: `Bearer ${adminKey}` },
        { cookie, "sec-fetch-site": "same-origin" },
        { "x-api-key": keys.harmed },
        {},
      ];
      const shots = fc
        .tuple(
          fc.oneof({ weight: 12, arbitrary: input }, anyJson(known)),
          fc.constantFrom(...callers),
          headerOf(known, project),
        )
        .map(([value, caller, slug]) => {
          const json = JSON.stringify(serialised(value));
          const isQuery = procedure._def.type !== "mutation";
          const path = `/api/trpc/${name}${isQuery ? `?input=${encoded(json)}` : ""}`;
          const headers = { ...caller, "content-type": "application/json", "x-forge-project": slug };
          const method = isQuery ? "GET" : "POST";
          return { origin: urls.console, method, path, headers, body: isQuery ? null : json, logged: false };
        });
      return { name: `trpc ${name}`, shots };
    });
}

/** Half a surrogate pair and the like pass superjson as they are; a value it cannot take is sent bare. */
function serialised(value: unknown): unknown {
  try {
    return superjson.serialize(value);
  } catch {
    return { json: null };
  }
}

/** Batches, superjson's own annotations, and what is no tRPC call at all. */
function batchTarget({ urls, adminKey }: Stack, { known }: Seeded): Target {
  const names = procedures()
    .filter(([name, procedure]) => procedure._def.type === "query" && !name.startsWith("people."))
    .map(([name]) => name);
  const path = fc.oneof(
    fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }).map((list) => list.join(",")),
    anyText(known).map(encoded),
  );
  const meta = fc.oneof(
    fc.constant(undefined),
    anyJson(known),
    fc.record({
      values: fc.dictionary(
        fc.constantFrom("id", "ref", "search", ""),
        fc.constantFrom(["Date"], ["RegExp"], ["bigint"], ["set"], ["map"], ["URL"], [["class", "x"]], ["Error"]),
      ),
      referentialEqualities: fc.constantFrom(undefined, ["a"], { a: [""] }, [["a"], {}], { "": ["a.b"] }),
    }),
  );
  const shots = fc.tuple(path, fc.boolean(), anyJson(known), meta).map(([path, batched, json, meta]) => {
    const input = { json, meta };
    const text = JSON.stringify(batched ? { 0: input, 1: input } : input);
    const query = `${batched ? "batch=1&" : ""}input=${encoded(text)}`;
    const headers = { authorization: `Bearer ${adminKey}`, "x-forge-project": "harmed" };
    return {
      origin: urls.console,
      method: "GET",
      path: `/api/trpc/${path}?${query}`,
      headers,
      body: null,
      logged: false,
    };
  });
  return { name: "trpc batches and annotations", shots };
}

function routeTargets(stack: Stack, seeded: Seeded): Target[] {
  const of = (server: "gateway" | "host" | "console") =>
    stack.routes[server]
      // next-auth answers only inside Next; tRPC has targets of its own
      .filter(({ path }) => !path.startsWith("/api/auth/") && !path.startsWith("/api/trpc/"))
      .map((route) => ({
        name: `${server} ${route.method} ${route.path}`,
        shots: routeShots(stack, seeded, server, route),
      }));
  return [...of("gateway"), ...of("host"), ...of("console")];
}

function routeShots(
  stack: Stack,
  seeded: Seeded,
  server: "gateway" | "host" | "console",
  { method, path }: Route,
): fc.Arbitrary<Shot> {
  const { known } = seeded;
  const isInference = server === "gateway" && /^\/v1\/(chat\/)?completions$/.test(path);
  const tokens = {
    gateway: isInference ? [seeded.keys.apart] : [seeded.keys.harmed, seeded.keys.apart],
    host: [stack.bearer],
    console: [stack.adminKey],
  }[server];
  const headers = fc.record({
    token: fc.constantFrom(...tokens),
    extra: fc.dictionary(
      fc.constantFrom(
        "idempotency-key",
        "x-forge-revision",
        "x-forge-workload",
        "x-request-id",
        "x-forge-timings",
        "upload-offset",
        "x-part-sha256",
        "last-event-id",
        "accept",
        "content-type",
        "content-encoding",
        "x-forge-project",
      ),
      anyText(known).map(headerText),
      { maxKeys: 3, noNullPrototype: true },
    ),
  });
  const query = fc.dictionary(
    fc.constantFrom("after", "limit", "order", "purpose", "project", "topics", "last", "x"),
    anyText(known),
    { maxKeys: 3, noNullPrototype: true },
  );
  const hasBody = method !== "GET" && method !== "HEAD";
  return fc
    .record({
      path: filledPath(path, known),
      query,
      headers,
      body: hasBody ? bodyOf(method, path, seeded, server) : fc.constant(null),
    })
    .map((shot) => {
      const search = Object.entries(shot.query).map(([name, value]) => `${name}=${encoded(value)}`);
      return {
        origin: stack.urls[server],
        method,
        path: shot.path + (search.length > 0 ? `?${search.join("&")}` : ""),
        headers: {
          "content-type": takesForm(path) ? "multipart/form-data; boundary=b" : "application/json",
          ...(server === "console" ? { "x-forge-project": "harmed" } : {}),
          ...shot.headers.extra,
          authorization: `Bearer ${shot.headers.token}`,
        },
        body: shot.body,
        logged: isInference,
      };
    });
}

function bodyOf(method: string, path: string, { known, engine }: Seeded, server: string): fc.Arbitrary<string> {
  const hostSchema = path.includes("chat") ? ChatInput : CompletionInput;
  const found = schemas.find(([pattern]) => pattern.test(`${method} ${path.replace(/\[[^\]]+\]|:[^/]+/g, "x")}`))?.[1];
  const schema = server === "host" && path.startsWith("/v1/") ? hostSchema : found;
  const input = schema ? inputFor(schema, known, path) : anyJson(known);
  const model = server === "host" ? engine : "support";
  // mostly a name that can be called, a question and a short answer, so that the call goes all the way
  const asked = anyText(known).map((content) =>
    path.includes("chat") ? { messages: [{ role: "user", content }] } : { prompt: content },
  );
  const sampling = fc.record(
    {
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      n: fc.integer({ min: 1, max: 2 }),
      stream: fc.boolean(),
      user: anyText(known),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const callable = fc.oneof(
    fc.tuple(asked, sampling).map(([ask, more]) => ({ ...ask, ...more, model, max_tokens: 4 })),
    input.map((value) => (typeof value === "object" && value !== null ? { ...value, model, max_tokens: 4 } : value)),
  );
  return fc.oneof(
    { weight: 8, arbitrary: path.includes("completions") ? callable.map(text) : input.map(text) },
    { weight: 3, arbitrary: input.map(text) },
    { weight: 1, arbitrary: anyText(known) },
    { weight: takesForm(path) ? 20 : 1, arbitrary: form(known) },
  );
}

/** A file's form with the boundary `b`; whether it is announced is another matter. */
function form(known: readonly string[]): fc.Arbitrary<string> {
  const part = (head: string, value: string) => `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
  const field = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("file", "data") }, anyText(known));
  const purpose = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("fine-tune", "batch") }, anyText(known));
  return fc
    .tuple(field, anyText(known), anyText(known), purpose)
    .map(([name, file, content, why]) =>
      [part('name="purpose"', why), part(`name="${name}"; filename="${file}"`, content), "--b--\r\n"].join(""),
    );
}

function takesForm(path: string): boolean {
  return /^\/v1\/(files|uploads\/[^/]+\/parts)$/.test(path);
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function filledPath(path: string, known: readonly string[]): fc.Arbitrary<string> {
  const segments = path
    .split("/")
    .map((segment) =>
      /^(:|\[)/.test(segment)
        ? fc.oneof(
            { weight: 5, arbitrary: fc.constantFrom(...likely(path, known)).map(encoded) },
            { weight: 3, arbitrary: anyText(known).map(encoded) },
            fc.constantFrom("%00", "%ff", "%", "..", "train", "source", "x"),
          )
        : fc.constant(segment),
    );
  return fc.tuple(...segments).map((parts) => parts.join("/"));
}

function headerOf(known: readonly string[], slug: string): fc.Arbitrary<string> {
  return fc.oneof({ weight: 15, arbitrary: fc.constant(slug) }, anyText(known).map(headerText));
}

function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

/** Node sends no header with a control character, and none beyond latin-1. */
function headerText(value: string): string {
  return value.replace(/[^\x20-\x7e\xa0-\xff]/g, "").slice(0, 2_000);
}
