import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { curlOf, pythonOf, typescriptOf } from "#components/snippets.ts";

const call = {
  baseUrl: "http://127.0.0.1:4000/v1",
  key: "lf_key",
  model: "nano",
  messages: [{ role: "user" as const, content: `it's "quoted"\n$HOME \`x\` \\ ünï` }],
  options: { temperature: 0, max_tokens: 20 },
};

test("the shell hands curl exactly the body that was meant, whatever the prompt holds", () => {
  const command = curlOf(call).replace(/^curl/, `printf '%s\\0'`);
  const words = execFileSync("bash", ["-c", command], { encoding: "utf8" }).split("\0");
  const body = JSON.parse(words[words.indexOf("-d") + 1] ?? "");
  expect(body).toEqual({ model: "nano", messages: call.messages, temperature: 0, max_tokens: 20 });
  expect(words).toContain("Authorization: Bearer lf_key");
});

test("the SDK snippets carry the same values, and nothing that was not set", () => {
  expect(typescriptOf(call)).toContain(JSON.stringify(call.messages[0]?.content));
  expect(pythonOf(call)).toContain("temperature=0,");
  expect(pythonOf({ ...call, stream: true })).toContain("stream=True,");
  expect(pythonOf(call)).not.toContain("seed");
});
