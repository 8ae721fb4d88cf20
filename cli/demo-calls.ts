import OpenAI from "openai";
import type { Connection } from "#cli/client.ts";
import type { Question } from "#cli/demo-steps.ts";
import type { ChatTurn } from "#server/evals/case.rule.ts";

const calls = 20;

export type Call = {
  user: string;
  revision: string | null;
  exact: boolean;
  ttftMs: number | null;
  totalMs: number;
  completionTokens: number;
  error: string | null;
};

/** Twenty streamed calls, each by another user, with a key made for them and revoked afterwards. */
export async function callThroughClient(
  connection: Connection,
  deployment: { name: string },
  questions: readonly Question[],
  label: string,
): Promise<Call[]> {
  const key = await connection.trpc.keys.create.mutate({
    name: `demo-${label}`,
    scopes: ["inference"],
    expiresInDays: 1,
  });
  const client = new OpenAI({ baseURL: connection.apiUrl, apiKey: key.key, maxRetries: 2, timeout: 60_000 });
  const made: Call[] = [];
  try {
    for (let i = 0; i < calls; i++) {
      const question = questions[Math.floor((i * questions.length) / calls)];
      if (question) made.push(await callOnce(client, deployment.name, question, `${label}-user-${i}`));
    }
  } finally {
    await connection.trpc.keys.revoke.mutate({ keyId: key.id });
  }
  return made;
}

const settings = { temperature: 0, max_tokens: 64, stream: true, stream_options: { include_usage: true } } as const;

function asMessage({ role, content }: ChatTurn): OpenAI.ChatCompletionMessageParam {
  return role === "tool" ? { role, content, tool_call_id: "none" } : { role, content };
}

async function callOnce(client: OpenAI, model: string, question: Question, user: string): Promise<Call> {
  const from = performance.now();
  const call: Call = { user, revision: null, exact: false, ttftMs: null, totalMs: 0, completionTokens: 0, error: null };
  try {
    const { data: stream, response } = await client.chat.completions
      .create({ ...settings, model, messages: question.prompt.map(asMessage), user })
      .withResponse();
    call.revision = response.headers.get("x-forge-revision");
    let text = "";
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? "";
      if (piece !== "") call.ttftMs ??= performance.now() - from;
      text += piece;
      call.completionTokens = chunk.usage?.completion_tokens ?? call.completionTokens;
    }
    call.exact = text.trim() === question.reference;
  } catch (error) {
    call.error = error instanceof Error ? error.message : String(error);
  }
  call.totalMs = performance.now() - from;
  return call;
}

export type CallSummary = {
  calls: number;
  tuned: number;
  exact: number;
  failed: number;
  ttftP50Ms: number | null;
  tokensPerSecond: number | null;
};

/** What the calls of one stage measured. Times as the client saw them. */
export function summarise(made: readonly Call[], tunedRevision: string): CallSummary {
  const first = made.flatMap((call) => (call.ttftMs === null ? [] : [call.ttftMs])).sort((a, b) => a - b);
  const streaming = made.filter((call) => call.ttftMs !== null && call.completionTokens > 1);
  const tokens = streaming.reduce((sum, call) => sum + call.completionTokens - 1, 0);
  const ms = streaming.reduce((sum, call) => sum + call.totalMs - (call.ttftMs ?? 0), 0);
  return {
    calls: made.length,
    tuned: made.filter((call) => call.revision === tunedRevision).length,
    exact: made.filter((call) => call.exact).length,
    failed: made.filter((call) => call.error !== null).length,
    ttftP50Ms: first[Math.floor(first.length / 2)] ?? null,
    tokensPerSecond: ms > 0 ? (tokens * 1000) / ms : null,
  };
}
