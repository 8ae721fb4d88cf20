import { isRecord } from "#server/text/json.rule.ts";

const roles = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

/**
 * The first thing wrong with a chat's messages, as OpenAI's `param` and a sentence, or null.
 * By hand, because a schema over every part of a long chat costs more than all the rest of the call.
 */
export function firstBadMessage(messages: readonly unknown[]): { param: string; message: string } | null {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i];
    if (!isRecord(message)) return bad(`messages[${i}]`, "must be an object with role and content");
    const { role, content } = message;
    if (typeof role !== "string" || !roles.has(role))
      return bad(`messages[${i}].role`, `must be one of ${[...roles].join(", ")}`);
    if (typeof content === "string") continue;
    if (Array.isArray(content)) {
      const part = content.findIndex((p) => !isRecord(p) || typeof p.type !== "string");
      if (part >= 0) return bad(`messages[${i}].content[${part}]`, "must be an object with a type");
      continue;
    }
    const mayBeEmpty = role === "assistant" && (content === null || content === undefined);
    if (!mayBeEmpty) return bad(`messages[${i}].content`, "must be a string or a list of parts");
    if (!Array.isArray(message.tool_calls) && typeof message.refusal !== "string" && !isRecord(message.function_call))
      return bad(`messages[${i}].content`, "must be a string unless the assistant called a tool");
  }
  return null;
}

function bad(param: string, message: string) {
  return { param, message: `${param}: ${message}` };
}
