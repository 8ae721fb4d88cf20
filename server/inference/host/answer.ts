import type { Delta, FinishReason, GenerateInput, TokenReport } from "#server/inference/host/contract.ts";
import type { Engine } from "#server/inference/host/engine.ts";
import type { Caller } from "#server/inference/host/fair.rule.ts";
import { errorBody } from "#server/inference/host/input.ts";
import { Refusal, refusal, type WireError } from "#server/inference/host/refusal.ts";

/** How an endpoint words its answers; the rest is the same for chat and for plain completions. */
export type ReplyFormat = {
  id: string;
  model: string;
  created: number;
  /** first chunk of a choice, before any token; null = none */
  open: (index: number) => object | null;
  chunk: (index: number, text: string, logprobs: readonly TokenReport[]) => object;
  end: (index: number, finish: FinishReason) => object;
  whole: (index: number, text: string, logprobs: readonly TokenReport[], finish: FinishReason) => object;
  chunkObject: string;
  wholeObject: string;
  /** the caller asked for log-probabilities */
  logprobs: boolean;
};

export type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };
/** How many prompts a call has, and how many answers it wants to each. */
export type Shape = { prompts: number; n: number };
type Choice = { text: string; logprobs: TokenReport[]; finish: FinishReason | null };
const encoder = new TextEncoder();
/** nginx's status for it; nobody reads the answer */
const clientClosed = 499;

/**
 * Run every choice. Resolves when the engine has accepted all and begun one (so that refusals still have their HTTP
 * status), with the time spent waiting; throws the refusal. `stop` (or the signal) frees the sequences at once.
 */
export async function begin(
  engine: Engine,
  caller: Caller,
  inputs: readonly GenerateInput[],
  on: BeginEvents & { queued: (position: () => number | null) => void },
  signal: AbortSignal,
) {
  const started = Promise.withResolvers<{ queueMs: number }>();
  let unaccepted = inputs.length;
  let queueMs: number | null = null;
  const look = () => {
    if (unaccepted === 0 && queueMs !== null) started.resolve({ queueMs });
  };
  const running = inputs.map((input, index) =>
    engine.generate(caller, input, {
      accepted: (promptTokens) => {
        on.accepted(index, promptTokens);
        unaccepted -= 1;
        look();
      },
      started: (itsQueueMs) => {
        queueMs ??= itsQueueMs;
        look();
      },
      delta: (delta) => on.delta(index, delta),
      done: (finish, completionTokens) => on.done(index, finish, completionTokens),
      failed: (error) => {
        started.reject(new Refusal(error));
        on.failed(error);
      },
    }),
  );
  const stop = () => {
    for (const each of running) each.stop();
  };
  signal.addEventListener("abort", () => {
    stop();
    const gone = refusal(clientClosed, "the client went away").wire;
    started.reject(new Refusal(gone));
    on.failed(gone);
  });
  on.queued(() => {
    const positions = running.map((each) => each.position()).filter((position) => position !== null);
    return positions.length > 0 ? Math.min(...positions) : null;
  });
  const first = await started.promise.catch((cause: unknown) => {
    stop();
    throw cause;
  });
  return { ...first, stop };
}

/** In this order for each choice; all of them may have come before `begin` resolves. */
export type BeginEvents = {
  accepted: (index: number, promptTokens: number) => void;
  delta: (index: number, delta: Delta) => void;
  done: (index: number, finish: FinishReason, completionTokens: number) => void;
  failed: (error: WireError) => void;
};

/** Collect all choices into one body. */
export function collector(format: ReplyFormat, shape: Shape) {
  const counts = promptCounts(shape);
  let open = shape.prompts * shape.n;
  const parts: Choice[] = Array.from({ length: open }, () => ({ text: "", logprobs: [], finish: null }));
  const finished = Promise.withResolvers<void>();
  finished.promise.catch(() => {}); // a refusal before the start is thrown by begin
  let completionTokens = 0;
  const events: BeginEvents = {
    accepted: counts.accepted,
    delta: (index, { text, logprobs }) => {
      const part = parts[index];
      if (!part) return;
      part.text += text;
      part.logprobs.push(...logprobs);
    },
    done: (index, finish, tokens) => {
      const part = parts[index];
      if (part) part.finish = finish;
      completionTokens += tokens;
      if (--open === 0) finished.resolve();
    },
    failed: (error) => finished.reject(new Refusal(error)),
  };
  const body = async () => {
    await finished.promise;
    return {
      ...envelope(format, format.wholeObject),
      choices: parts.map((part, i) => format.whole(i, part.text, part.logprobs, part.finish ?? "stop")),
      usage: usageOf(counts.total(), completionTokens),
    };
  };
  return { events, body, promptTokens: counts.total };
}

/** All choices as server-sent events; an engine that dies becomes an error event, never a success. */
export function streamer(format: ReplyFormat, shape: Shape, closed: () => void) {
  const counts = promptCounts(shape);
  const choices = shape.prompts * shape.n;
  let open = choices;
  let completionTokens = 0;
  let ended = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  const early: Uint8Array[] = [];
  const send = (event: object | "[DONE]") => {
    if (ended) return;
    const bytes = encoder.encode(`data: ${event === "[DONE]" ? event : JSON.stringify(event)}\n\n`);
    if (controller) controller.enqueue(bytes);
    else early.push(bytes);
  };
  const chunk = (choice: object) => send({ ...envelope(format, format.chunkObject), choices: [choice] });
  const close = () => {
    if (ended) return;
    ended = true;
    controller?.close();
    closed();
  };
  const events: BeginEvents = {
    accepted: counts.accepted,
    delta: (index, { text, logprobs }) => {
      if (text !== "" || (format.logprobs && logprobs.length > 0)) chunk(format.chunk(index, text, logprobs));
    },
    done: (index, finish, tokens) => {
      completionTokens += tokens;
      chunk(format.end(index, finish));
      if (--open > 0) return;
      const usage = usageOf(counts.total(), completionTokens);
      send({ ...envelope(format, format.chunkObject), choices: [], usage });
      send("[DONE]");
      close();
    },
    failed: (error) => {
      send(errorBody(error));
      close();
    },
  };
  const stream = (stop: () => void) =>
    new ReadableStream<Uint8Array>({
      start: (opened) => {
        controller = opened;
        for (let i = 0; i < choices; i++) {
          const first = format.open(i);
          if (first) opened.enqueue(encoder.encode(`data: ${JSON.stringify(withChoice(format, first))}\n\n`));
        }
        for (const bytes of early.splice(0)) opened.enqueue(bytes);
        if (ended) opened.close();
      },
      cancel: () => {
        ended = true;
        stop();
        closed();
      },
    });
  return { events, stream, promptTokens: counts.total };
}

/** Choice i answers prompt ⌊i / n⌋, as OpenAI numbers them; a prompt counts once, however many answers it gets. */
function promptCounts({ prompts, n }: Shape) {
  const tokens = Array.from({ length: prompts }, () => 0);
  return {
    accepted: (index: number, promptTokens: number) => {
      tokens[Math.floor(index / n)] = promptTokens;
    },
    total: () => tokens.reduce((sum, each) => sum + each, 0),
  };
}

function withChoice(format: ReplyFormat, choice: object) {
  return { ...envelope(format, format.chunkObject), choices: [choice] };
}

function envelope({ id, created, model }: ReplyFormat, object: string) {
  return { id, object, created, model };
}

function usageOf(promptTokens: number, completionTokens: number): Usage {
  const total = promptTokens + completionTokens;
  return { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: total };
}
