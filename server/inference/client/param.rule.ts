import "#server/text/schema-messages.rule.ts";
import type { ZodError } from "zod";

/** OpenAI's name of a place in a body: `["messages", 0, "role"]` → `messages[0].role`; null for the body itself. */
export function paramOf(path: readonly PropertyKey[]): string | null {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : text ? `.${String(part)}` : String(part);
  return text || null;
}

/** The first thing that a schema found wrong with a body, in OpenAI's words: the same from gateway and host. */
export function mistakeIn(error: ZodError): { message: string; param: string | null; code: string } {
  const [issue] = error.issues;
  if (issue?.code === "unrecognized_keys") {
    const param = paramOf([...issue.path, issue.keys[0] ?? ""]);
    return { message: `Unknown parameter: '${param}'.`, param, code: "unknown_parameter" };
  }
  const param = paramOf(issue?.path ?? []);
  return { message: `${param ?? "the body"}: ${issue?.message ?? "not valid"}`, param, code: "invalid_value" };
}
