export type Call = {
  /** ends in /v1 */
  baseUrl: string;
  /** null: read from the environment as FORGE_API_KEY */
  key: string | null;
  model: string;
  messages: readonly { role: "system" | "user" | "assistant"; content: string }[];
  /** left out when undefined, as the API does */
  options?: { temperature?: number; max_tokens?: number; seed?: number };
  stream?: boolean;
};

function bodyOf(call: Call) {
  const options = Object.fromEntries(Object.entries(call.options ?? {}).filter(([, value]) => value !== undefined));
  return { model: call.model, messages: call.messages, ...options, ...(call.stream ? { stream: true } : {}) };
}

/** A shell word in single quotes; a quote inside is closed, escaped and opened again. */
function quoted(text: string) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curlOf(call: Call): string {
  const body = JSON.stringify(bodyOf(call), null, 2);
  return [
    `curl ${call.stream ? "-N " : ""}${call.baseUrl}/chat/completions \\`,
    `  -H "Authorization: Bearer ${call.key ?? "$FORGE_API_KEY"}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d ${quoted(body)}`,
  ].join("\n");
}

export function typescriptOf(call: Call): string {
  const body = indent(JSON.stringify(bodyOf(call), null, 2), "");
  const head = [
    `import OpenAI from "openai";`,
    ``,
    `const client = new OpenAI({ baseURL: ${JSON.stringify(call.baseUrl)}, apiKey: ${call.key === null ? "process.env.FORGE_API_KEY" : JSON.stringify(call.key)} });`,
  ];
  const stream = [
    `const stream = await client.chat.completions.create(${body});`,
    `for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");`,
  ];
  const whole = [
    `const answer = await client.chat.completions.create(${body});`,
    `console.log(answer.choices[0].message.content);`,
  ];
  return [...head, ...(call.stream ? stream : whole)].join("\n");
}

export function pythonOf(call: Call): string {
  const body = bodyOf(call);
  const lines = Object.entries(body).map(([name, value]) => `    ${name}=${python(value)},`);
  const head = [
    ...(call.key === null ? [`import os`] : []),
    `from openai import OpenAI`,
    ``,
    `client = OpenAI(base_url=${python(call.baseUrl)}, api_key=${call.key === null ? 'os.environ["FORGE_API_KEY"]' : python(call.key)})`,
  ];
  const stream = [
    `stream = client.chat.completions.create(`,
    ...lines,
    `)`,
    `for chunk in stream:`,
    `    print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="")`,
  ];
  const whole = [`answer = client.chat.completions.create(`, ...lines, `)`, `print(answer.choices[0].message.content)`];
  return [...head, ...(call.stream ? stream : whole)].join("\n");
}

/** JSON strings, numbers, lists and objects are Python's too; only its three words differ, and only as values. */
function python(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  return indent(JSON.stringify(value, null, 4), "    ");
}

function indent(text: string, by: string) {
  return text.replaceAll("\n", `\n${by}`);
}
