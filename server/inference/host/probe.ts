import { readFile } from "node:fs/promises";
import { DomainError } from "#server/errors.ts";
import type { Engine } from "#server/inference/host/engine.ts";
import { judgeProbe, type Observed, Probe, type ProbeReport } from "#server/inference/host/probe.rule.ts";
import { Refusal } from "#server/inference/host/refusal.ts";

/** Read a trainer's `probe.json`. Throws INVALID when it is not one. */
export async function readProbe(path: string): Promise<Probe> {
  const text = await readFile(path, "utf8");
  const parsed = Probe.safeParse(safeJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DomainError("INVALID", `probe.json is not a probe: ${issue?.path.join(".")} ${issue?.message}`);
}

const hostItself = { projectId: "", keyId: "probe" };

/** Asked when the trainer recorded nothing that fits here, only to see that the adapter has an effect. */
const ownPrompt = "Hello";

/**
 * Let the engine answer every prompt of the record, with and without the adapter, and judge the difference. Prompts
 * that do not fit this host's context with their whole answer are left out; the trainer's window may be longer.
 */
export async function runProbe(engine: Engine, adapterPath: string, record: Probe): Promise<ProbeReport> {
  const longest = engine.info.contextLength - record.maxTokens;
  const probe = { ...record, prompts: record.prompts.filter((prompt) => prompt.promptTokenIds.length <= longest) };
  const asked = probe.prompts.length > 0 ? probe.prompts : [await ownQuestion(engine)];
  const observed = await Promise.all(
    asked.map(async (prompt): Promise<Observed> => {
      const { tokens } = await engine.render(prompt.messages ?? prompt.promptText);
      const ask = (path: string | null) => greedy(engine, path, prompt.promptTokenIds, probe.maxTokens);
      const [adapted, base] = await Promise.all([ask(adapterPath), ask(null)]);
      const firstLogprob = { adapted: adapted.of(base.tokens[0]), base: base.of(base.tokens[0]) };
      return { promptTokenIds: tokens, adapted: adapted.tokens, base: base.tokens, firstLogprob };
    }),
  );
  return judgeProbe(probe, observed);
}

async function ownQuestion(engine: Engine) {
  const { text, tokens } = await engine.render(ownPrompt);
  return { messages: null, promptText: text, promptTokenIds: tokens };
}

/** Greedy tokens, the end token included, and the first token's log-probabilities. */
function greedy(engine: Engine, adapterPath: string | null, prompt: number[], maxTokens: number) {
  return new Promise<{ tokens: number[]; of: (token: number | undefined) => number }>((resolve, reject) => {
    const tokens: number[] = [];
    const first = new Map<number, number>();
    const shape = { stops: [], sampler: { seed: 0 }, topLogprobs: 20 };
    engine.generate(
      hostItself,
      { adapterPath, prompt: { kind: "tokens", tokens: prompt }, maxTokens, ...shape },
      {
        accepted: () => {},
        started: () => {},
        delta: ({ token, logprobs }) => {
          if (tokens.length === 0) {
            for (const report of logprobs) {
              first.set(report.token, report.logprob);
              for (const other of report.top) first.set(other.token, other.logprob);
            }
          }
          if (token >= 0) tokens.push(token);
        },
        done: () => resolve({ tokens, of: (token) => first.get(token ?? -1) ?? Number.NEGATIVE_INFINITY }),
        failed: (error) => reject(new Refusal(error)),
      },
    );
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
