import { isRecord } from "#server/text/json.rule.ts";

const roles = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

type BadMessage = { path: PropertyKey[]; message: string };

/**
 * The first thing wrong with a chat's messages as OpenAI's API takes them: its place below `messages`, and why; null for none.
 * By hand, because a schema over every part of a long chat costs more than all the rest of the call.
 */
export function firstBadMessage(messages: readonly unknown[]): BadMessage | null {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i];
    if (!isRecord(message)) return { path: [i], message: "must be an object with role and content" };
    const { role, content } = message;
    if (typeof role !== "string" || !roles.has(role))
      return { path: [i, "role"], message: `must be one of ${[...roles].join(", ")}` };
    for (const field of ["name", "tool_call_id"])
      if (message[field] != null && typeof message[field] !== "string")
        return { path: [i, field], message: "must be a string" };
    if (typeof content === "string") continue;
    const bad = Array.isArray(content) ? badPart(content) : badAbsence(message);
    if (bad) return { path: [i, "content", ...bad.path], message: bad.message };
  }
  return null;
}

function badPart(parts: readonly unknown[]): BadMessage | null {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (!isRecord(part) || typeof part.type !== "string")
      return { path: [i], message: "must be an object with a type" };
    if (part.type === "text" && typeof part.text !== "string")
      return { path: [i, "text"], message: "must be a string" };
  }
  return null;
}

/** Only an assistant that did something else may say nothing, and a function may return nothing. */
function badAbsence(message: Record<string, unknown>): BadMessage | null {
  const { role, content } = message;
  const isAbsent = content === null || content === undefined;
  if (role === "function" && content === null) return null;
  if (role !== "assistant" || !isAbsent) return { path: [], message: "must be a string or a list of parts" };
  const { tool_calls: calls, function_call: call, refusal, audio } = message;
  if (Array.isArray(calls) || isRecord(call) || typeof refusal === "string" || isRecord(audio)) return null;
  return { path: [], message: "must be a string unless the assistant called a tool" };
}
