import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { ask } from "#server/evals/ask.ts";

test("a model without a chat template is asked in plain text, as its pairs were learnt, from the second question on at once", async () => {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    calls.push(request.url ?? "");
    const plain = request.url === "/v1/completions";
    const refusal = { error: { message: "this model has no chat template", code: "no_chat_template" } };
    const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
    response.writeHead(plain ? 200 : 400, { "content-type": "application/json", "x-request-id": "req_1" });
    response.end(JSON.stringify(plain ? { choices: [{ text: `${body.prompt} green` }], usage } : refusal));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  const gateway = { apiUrl: `http://127.0.0.1:${port}/v1`, token: async () => "t", plain: new Set<string>() };
  const { signal } = new AbortController();
  const question = (content: string) => ({
    model: "old/1",
    messages: [{ role: "user" as const, content }],
    maxTokens: 4,
  });

  expect(await ask(gateway, question("The leaf is"), signal)).toMatchObject({
    output: "The leaf is green",
    error: null,
    promptTokens: 3,
    requestId: "req_1",
  });
  await ask(gateway, question("The frog is"), signal);
  expect(calls).toEqual(["/v1/chat/completions", "/v1/completions", "/v1/completions"]);
  const turns = [...question("Hello").messages, { role: "assistant" as const, content: "Yes?" }];
  const chatOnly = await ask(gateway, { ...question("-"), messages: turns }, signal);
  expect(chatOnly).toMatchObject({ output: null, error: "this model has no chat template" });
});
