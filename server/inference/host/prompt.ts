import { createContext, runInContext } from "node:vm";
import { Template } from "@huggingface/jinja";
import { z } from "zod";
import type { PromptMessage, PromptVariables } from "#server/inference/host/contract.ts";
import { escapePattern, guardOf } from "#server/inference/host/guard.rule.ts";
import { refusal } from "#server/inference/host/refusal.ts";
import { certainlyTooLong } from "#server/inference/host/too-long.ts";

/** What a template may take: rendering blocks the engine's loop, and a hostile one would never end. */
const renderWithinMs = 500;
const maxPromptChars = 8 * 1024 * 1024;
const maxTemplateChars = 1024 * 1024;

export type PromptSource = {
  chatTemplate: string | null;
  controlTokens: ReadonlyMap<string, number>;
  bosToken: { id: number; text: string } | null;
  eosToken: { text: string } | null;
  /** the model was trained on texts that begin with its BOS token */
  addBos: boolean;
  tokenize: (text: string, special: boolean) => Uint32Array;
  /** no token stands for more bytes of a text; null where the tokenizer does not say */
  longestTokenBytes: number | null;
};

export type Prompter = {
  /** Chat messages → text and tokens, as the model's own template writes them. Throws a refusal (400). */
  chat: (messages: readonly PromptMessage[], variables?: PromptVariables) => { text: string; tokens: Uint32Array };
  /** Plain text → tokens, after one BOS where the model wants it; control tokens written in it stay plain text. */
  text: (text: string) => Uint32Array;
};

/**
 * The prompt writer of one model. Text of the caller is never read as a control token: whatever the template prints of
 * a message is disguised before rendering and put back, as plain text, after the template's own control tokens have
 * been found. What cannot fit `contextLength` tokens is refused before it is tokenised.
 */
export function prompter(model: PromptSource, contextLength = Number.POSITIVE_INFINITY): Prompter {
  const reach = { contextLength, longestTokenBytes: model.longestTokenBytes };
  const check = (text: string, param: "messages" | "prompt") => {
    const refused = certainlyTooLong(Buffer.byteLength(text), param, reach);
    if (refused) throw refused;
  };
  const guard = guardOf(model.controlTokens.keys());
  const render = compile(model, guard.show);
  const split = controlSplitter(model);
  return {
    text: (text) => {
      check(text, "prompt");
      return plainTokens(model, text);
    },
    chat: (messages, variables = {}) => {
      const rendered = render(guard.hide(messages), guard.hide(variables));
      const text = guard.show(rendered);
      check(text, "messages");
      return { text, tokens: guard.hides(rendered) ? split(rendered, guard.show) : model.tokenize(text, true) };
    },
  };
}

/** A chat template writes its own BOS; a plain text has nobody else to put one there. */
function plainTokens({ addBos, bosToken, tokenize }: PromptSource, text: string) {
  const plain = tokenize(text, false);
  if (!addBos || !bosToken) return plain;
  const tokens = new Uint32Array(plain.length + 1);
  tokens[0] = bosToken.id;
  tokens.set(plain, 1);
  return tokens;
}

/** Tokens of a rendered text in which only the template's own control tokens can be found. */
function controlSplitter(model: PromptSource) {
  const longestFirst = [...model.controlTokens.keys()].sort((a, b) => b.length - a.length);
  const controls = new RegExp(longestFirst.map(escapePattern).join("|") || "$^", "g");
  const swallows = spaceSwallowers(model);
  return (rendered: string, show: (text: string) => string) => {
    const tokens: number[] = [];
    let from = 0;
    let last: string | null = null;
    const plain = (to: number) => {
      const shown = show(rendered.slice(from, to));
      const part = last !== null && swallows(last) ? shown.trimStart() : shown;
      if (part !== "") for (const token of model.tokenize(part, false)) tokens.push(token);
    };
    for (const match of rendered.matchAll(controls)) {
      const [text] = match;
      plain(match.index);
      const id = model.controlTokens.get(text);
      if (id !== undefined) tokens.push(id);
      from = match.index + text.length;
      last = text;
    }
    plain(rendered.length);
    return Uint32Array.from(tokens);
  };
}

/** Some models' control tokens take the white space behind them with them (Phi-3's do); asked once for each. */
function spaceSwallowers({ tokenize }: PromptSource) {
  const known = new Map<string, boolean>();
  return (control: string) => {
    const swallows = known.get(control) ?? sameTokens(tokenize(`${control} a`, true), tokenize("a", false));
    known.set(control, swallows);
    return swallows;
  };
  function sameTokens(whole: Uint32Array, bare: Uint32Array) {
    return whole.length === bare.length + 1 && bare.every((token, i) => token === whole[i + 1]);
  }
}

/** Parse the template once; each rendering runs under V8's own timer, which also interrupts the template engine. */
function compile(model: PromptSource, show: (text: string) => string) {
  const source = model.chatTemplate;
  if (source === null) {
    return () => {
      throw refusal(400, "this model has no chat template; use /v1/completions", { code: "no_chat_template" });
    };
  }
  if (source.length > maxTemplateChars)
    throw new Error(`the chat template is longer than ${maxTemplateChars} characters`);
  const template = new Template(source);
  const sandbox = { run: () => "" };
  createContext(sandbox);
  return (messages: readonly PromptMessage[], variables: PromptVariables) => {
    sandbox.run = () =>
      template.render({
        ...variables,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: true,
        bos_token: model.bosToken?.text ?? "",
        eos_token: model.eosToken?.text ?? "",
      });
    const text = guarded(sandbox, show);
    if (text.length > maxPromptChars) throw refusal(400, `the prompt is longer than ${maxPromptChars} characters`);
    return text;
  };
}

function guarded(sandbox: { run: () => string }, show: (text: string) => string): string {
  try {
    return String(runInContext("run()", sandbox, { timeout: renderWithinMs }));
  } catch (cause) {
    const slow = z.object({ code: z.literal("ERR_SCRIPT_EXECUTION_TIMEOUT") }).safeParse(cause).success;
    const why = slow ? `took longer than ${renderWithinMs} ms` : `refused these messages: ${show(sentence(cause))}`;
    throw refusal(400, `the model's chat template ${why}`, { code: "chat_template", param: "messages", cause });
  }
}

function sentence(cause: unknown) {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
}
