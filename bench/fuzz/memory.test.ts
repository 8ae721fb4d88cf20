import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Held, Served } from "#bench/fuzz/stack-process.ts";
import { holdDatabase } from "#server/gateway/gateway.fixture.ts";

const mib = 1024 * 1024;
const bodiesEach = 24;
/** Measurements of which the middle one counts. */
const looks = 5;
/** A process that has just served may still be letting go: it is asked again, so often at most. */
const mostAsks = 12;

let database: Awaited<ReturnType<typeof holdDatabase>>;
let child: ChildProcess;
let served: Served;

beforeAll(async () => {
  database = await holdDatabase();
  const script = join(import.meta.dirname, "stack-process.ts");
  child = fork(script, [database.url], { execArgv: ["--expose-gc"], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`the stack ended with ${code}`)));
  const [first] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => {}); // at the end it is meant to
  served = first as Served; // safe because the process says it in this type
});

afterAll(async () => {
  if (child?.connected) {
    const exited = once(child, "exit");
    child.disconnect();
    await exited;
  }
  await database?.release();
});

async function held(): Promise<number> {
  const measured: number[] = [];
  for (let look = 0; look < looks; look++) {
    const answer = once(child, "message");
    child.send("measure");
    const [{ held }] = (await answer) as [Held]; // safe because the process answers in this type
    measured.push(held);
    await sleep(50);
  }
  return measured.sort((a, b) => a - b)[Math.floor(looks / 2)] ?? Number.NaN;
}

type Way = "whole" | "huge" | "aborted";
type Case = { url: string; method: string; headers: Record<string, string>; most: number; start: string };

/** Every kind of body reader that the three servers have; `most` is what it reads, `start` how a body begins. */
function cases(): Case[] {
  const { urls, slug, key, adminKey, bearer } = served;
  const json = { "content-type": "application/json" };
  const toGateway = { authorization: `Bearer ${key}`, ...json };
  const toConsole = {
    authorization: `Bearer ${adminKey}`,
    "x-forge-project": slug,
    "sec-fetch-site": "same-origin",
    ...json,
  };
  const post = (url: string, headers: Record<string, string>, most: number, start = '{"x":"'): Case => ({
    url,
    method: "POST",
    headers,
    most,
    start,
  });
  const form = { ...toGateway, "content-type": "multipart/form-data; boundary=b" };
  const file = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n';
  return [
    ...["/feedback", "/fine_tuning/jobs", "/uploads"].map((path) => post(`${urls.gateway}/v1${path}`, toGateway, mib)),
    post(`${urls.gateway}/v1/files`, form, 2 * mib, file),
    post(`${urls.console}/api/trpc/people.renameMe`, toConsole, 4 * mib),
    post(`${urls.console}/api/uploads`, toConsole, mib / 16),
    { ...post(`${urls.console}/api/uploads/nobody`, { ...toConsole, "upload-offset": "0" }, mib), method: "PATCH" },
    post(`${urls.host}/v1/chat/completions`, { authorization: `Bearer ${bearer}`, ...json }, 8 * mib),
  ];
}

/** Sends a body in this way and resolves once its connection is closed, with whatever status came. */
function send({ url, method, headers, most, start }: Case, way: Way): Promise<number | null> {
  const chunk = Buffer.alloc(64 * 1024, "x");
  const bytes = { whole: most - 1024, huge: most + 2 * mib, aborted: most / 2 }[way];
  return new Promise((resolve) => {
    let status: number | null = null;
    let sent = start.length;
    const call = request(url, { method, headers: { ...headers, "transfer-encoding": "chunked" }, agent: false });
    call.on("response", (response) => {
      status = response.statusCode ?? null;
      response.resume().on("error", () => {});
      response.once("end", () => call.destroy());
    });
    call.on("error", () => {}); // cut off after the answer, or by us
    call.on("close", () => resolve(status));
    const write = () => {
      while (sent < bytes && !call.destroyed) {
        const part = chunk.subarray(0, Math.min(chunk.length, bytes - sent));
        sent += part.length;
        if (!call.write(part)) return void call.once("drain", write);
      }
      if (way === "aborted") call.destroy();
      else if (!call.destroyed) call.end('"}');
    };
    call.write(start, write);
  });
}

/** One case after the other, each body alone: what is held is then held for nobody. */
async function sendAll(times: number): Promise<Map<string, Set<number | null>>> {
  const statuses = new Map<string, Set<number | null>>();
  for (const one of cases())
    for (const way of ["whole", "huge", "aborted"] as const)
      for (let i = 0; i < times; i++) {
        const name = `${way} ${one.method} ${new URL(one.url).pathname}`;
        statuses.set(name, (statuses.get(name) ?? new Set()).add(await send(one, way)));
      }
  return statuses;
}

test("after refused, huge and broken bodies the servers hold about as much memory as before", async () => {
  await sendAll(2); // what is loaded with a first call is no body
  const before = await held();
  const statuses = await sendAll(bodiesEach);
  for (const [name, found] of statuses) {
    if (name.startsWith("aborted")) continue;
    for (const status of found)
      expect([name, status, status !== null && status >= 400 && status < 500]).toEqual([name, status, true]);
  }
  // a server that kept what it read would hold some 300 MiB more
  const most = before * 1.25 + 24 * mib;
  let after = await held();
  for (let ask = 1; ask < mostAsks && after > most; ask++) {
    await sleep(250);
    after = await held();
  }
  expect(Math.round(after / mib)).toBeLessThan(Math.round(most / mib));
});
