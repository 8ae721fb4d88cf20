import { engineRef } from "#server/inference/client/ref.ts";
import { putBytes, tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";
import { createHost } from "#server/inference/host/app.ts";
import { openPool, type PoolSettings } from "#server/inference/host/pool.ts";
import { testStorage } from "#server/testing.ts";

type Logprob = {
  token: string;
  logprob: number;
  bytes: number[] | null;
  top_logprobs: { token: string; logprob: number }[];
};
export type Answer = {
  choices: {
    index: number;
    text?: string;
    message?: { content: string };
    finish_reason: string;
    logprobs?: {
      content: Logprob[];
      tokens: string[];
      text_offset: number[];
    } | null;
  }[];
  usage: { prompt_tokens: number; completion_tokens: number };
  error?: { message: string; code: string; type: string; param: string | null };
};

/** A small pool on one thread over these stored files. */
export function testPoolSettings(pathOf: PoolSettings["pathOf"]): PoolSettings {
  return {
    threads: 1,
    cuda: false,
    maxContext: 8192,
    maxSequences: 4,
    mostSequences: 4,
    maxContexts: 3,
    waiting: { all: 64, perKey: 64 },
    kvBudgetBytes: 1e9,
    memoryBytes: 4e9,
    idleMs: 60_000,
    pathOf,
  };
}

/** A host on a tiny base with two adapters (`tuned`, `other`), without a socket; close its `pool` at the end. */
export async function openTestHost() {
  const storage = await testStorage();
  const baseSha = await putBytes(storage, tinyBase());
  const base = engineRef({ baseSha });
  const tuned = engineRef({ baseSha, adapterSha: await putBytes(storage, tinyAdapter({ seed: 2 })) });
  const other = engineRef({ baseSha, adapterSha: await putBytes(storage, tinyAdapter({ seed: 3 })) });
  const pool = openPool(testPoolSettings(storage.pathOf));
  const dependencies = {
    pool,
    bearer: "secret",
    accepting: () => true,
    health: () => ({ ok: true }),
    now: () => new Date(0),
  };
  const app = createHost(dependencies);

  async function post(path: string, body: object, init: { signal?: AbortSignal } = {}) {
    const headers = { authorization: "Bearer secret", "content-type": "application/json" };
    return app.request(path, { method: "POST", headers, body: JSON.stringify(body), ...init });
  }

  async function ask(body: object): Promise<Answer> {
    const response = await post("/v1/chat/completions", { model: base, temperature: 0, max_tokens: 24, ...body });
    return response.json();
  }
  return { pool, app, base, tuned, other, post, ask };
}

export const said = (text: string) => ({ messages: [{ role: "user", content: text }] });
export const contentOf = (answer: Answer) => answer.choices[0]?.message?.content;

export async function eventsOf(response: Response) {
  const text = await response.text();
  return text.split("\n\n").filter(Boolean);
}
