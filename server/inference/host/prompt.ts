import { createContext, runInContext } from "node:vm";
import { Template } from "@huggingface/jinja";
import { z } from "zod";
import { refusal } from "#server/inference/host/refusal.ts";

/** What a template may take: rendering blocks the engine's loop, and a hostile one would never end. */
const renderWithinMs = 500;
const maxPromptChars = 8 * 1024 * 1024;
const maxTemplateChars = 1024 * 1024;
/** A private-use character that no template writes; a nonce would change nothing, since user text is searched for it. */
const mark = "\uE0F0";

export type PromptMessage = { role: string; content: string; name?: string };
export type PromptSource = {
  chatTemplate: string | null;
  controlTokens: ReadonlyMap<string, number>;
  bosToken: { id: number; text: string } | null;
  eosToken: { text: string } | null;
  /** the model was trained on texts that begin with its BOS token */
  addBos: boolean;
  tokenize: (text: string, special: boolean) => Uint32Array;
};

export type Prompter = {
  /** Chat messages → text and tokens, as the model's own template writes them. Throws a refusal (400). */
  chat: (messages: readonly PromptMessage[]) => { text: string; tokens: Uint32Array };
  /** Plain text → tokens, after one BOS where the model wants it; other control tokens in it stay plain text. */
  text: (text: string) => Uint32Array;
};

/**
 * The prompt writer of one model. Text of the caller is never read as a control token: where it contains one,
 * that text is replaced by a mark before rendering and put back, as plain text, after the template's own
 * control tokens have been found.
 */
export function prompter(model: PromptSource): Prompter {
  const controls = [...model.controlTokens.keys()].sort((a, b) => b.length - a.length);
  const controlPattern = controls.length > 0 ? new RegExp(controls.map(escapePattern).join("|"), "g") : null;
  const render = compile(model);
  return {
    text: (text) => plainTokens(model, text),
    chat: (messages) => {
      const kept: string[] = [];
      const protect = (text: string) =>
        controlPattern
          ? text.replaceAll(mark, "").replace(controlPattern, (found) => `${mark}${kept.push(found) - 1}${mark}`)
          : text;
      const safe = messages.map((message) => ({ ...message, content: protect(message.content) }));
      const text = render(safe);
      if (kept.length === 0) return { text, tokens: model.tokenize(text, true) };
      const restore = (part: string) =>
        part.replace(new RegExp(`${mark}(\\d+)${mark}`, "g"), (_, index) => kept[Number(index)] ?? "");
      return { text: restore(text), tokens: splitAtControls(text, controlPattern, model, restore) };
    },
  };
}

/** A chat template writes its own BOS; a plain text has nobody else to put one there. */
function plainTokens({ addBos, bosToken, tokenize }: PromptSource, text: string) {
  if (!addBos || !bosToken) return tokenize(text, false);
  const rest = tokenize(text.startsWith(bosToken.text) ? text.slice(bosToken.text.length) : text, false);
  const tokens = new Uint32Array(rest.length + 1);
  tokens[0] = bosToken.id;
  tokens.set(rest, 1);
  return tokens;
}

function splitAtControls(
  text: string,
  controls: RegExp | null,
  model: PromptSource,
  restore: (part: string) => string,
) {
  const tokens: number[] = [];
  let from = 0;
  const plain = (to: number) => {
    const part = restore(text.slice(from, to));
    if (part !== "") for (const token of model.tokenize(part, false)) tokens.push(token);
  };
  for (const match of controls ? text.matchAll(controls) : []) {
    plain(match.index);
    const id = model.controlTokens.get(match[0]);
    if (id !== undefined) tokens.push(id);
    from = match.index + match[0].length;
  }
  plain(text.length);
  return Uint32Array.from(tokens);
}

/** Parse the template once; each rendering runs under V8's own timer, which also interrupts the template engine. */
function compile(model: PromptSource) {
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
  return (messages: readonly PromptMessage[]) => {
    sandbox.run = () =>
      template.render({
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: true,
        bos_token: model.bosToken?.text ?? "",
        eos_token: model.eosToken?.text ?? "",
      });
    const text = guarded(sandbox);
    if (text.length > maxPromptChars) throw refusal(400, `the prompt is longer than ${maxPromptChars} characters`);
    return text;
  };
}

function guarded(sandbox: { run: () => string }): string {
  try {
    return String(runInContext("run()", sandbox, { timeout: renderWithinMs }));
  } catch (cause) {
    const slow = z.object({ code: z.literal("ERR_SCRIPT_EXECUTION_TIMEOUT") }).safeParse(cause).success;
    const why = slow ? `took longer than ${renderWithinMs} ms` : `refused these messages: ${sentence(cause)}`;
    throw refusal(400, `the model's chat template ${why}`, { code: "chat_template", param: "messages", cause });
  }
}

function sentence(cause: unknown) {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
}

function escapePattern(text: string) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
