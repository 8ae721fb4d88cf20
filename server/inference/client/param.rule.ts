/** OpenAI's name of a place in a body: `["messages", 0, "role"]` → `messages[0].role`; null for the body itself. */
export function paramOf(path: readonly PropertyKey[]): string | null {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : text ? `.${String(part)}` : String(part);
  return text || null;
}
