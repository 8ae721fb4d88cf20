import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestGateway } from "#server/gateway/app.fixture.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { hostTargets } from "#server/inference/client/host-target.ts";
import { bodyVectors } from "#server/inference/client/input.fixture.ts";
import { openTestHost } from "#server/inference/host/app.fixture.ts";

const { pool, base, post: postHost } = await openTestHost();
let upstream: Upstream;
let gateway: Awaited<ReturnType<typeof openTestGateway>>;

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await openTestGateway([hostTargets("secret")({ id: "host_1", origin: upstream.url })]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await pool.close();
});

/** Fields that the engine narrows: it says what it can do with them, whatever was sent. */
const ownWords = [
  "tools",
  "parallel_tool_calls",
  "store",
  "response_format",
  "stream_options",
  "echo",
  "suffix",
  "best_of",
];

test("gateway and host take the same bodies, and refuse the others in the same words", async () => {
  for (const { path, body, wrong } of bodyVectors) {
    const about = JSON.stringify(body).slice(0, 120);
    const sent = { max_tokens: 2, ...body };
    const answers = [
      await gateway.post(path, { model: "support", ...sent }),
      await postHost(path, { model: base, ...sent }),
    ];
    const replies = await Promise.all(answers.map((answer) => answer.json()));
    if (wrong === null) {
      expect(
        answers.map(({ status }) => status),
        about,
      ).toEqual([200, 200]);
      continue;
    }
    expect(
      answers.map(({ status }) => status),
      about,
    ).toEqual([400, 400]);
    expect(replies[0].error, about).toMatchObject({
      param: wrong,
      type: "invalid_request_error",
      code: "invalid_value",
    });
    const { message } = ownWords.includes(wrong) ? replies[1].error : replies[0].error;
    expect(replies[1].error, about).toEqual({ ...replies[0].error, message });
  }
});

test("what the gateway does not know goes on to the target, which judges it; the host refuses it by name", async () => {
  const unknown = { messages: [{ role: "user", content: "hi" }], n_predict: 5, tools: [{ type: "function" }] };
  expect((await gateway.post("/v1/chat/completions", { model: "support", ...unknown })).status).toBe(200);
  expect(upstream.calls.at(-1)?.body).toMatchObject({ n_predict: 5, tools: [{ type: "function" }] });
  const refused = await postHost("/v1/chat/completions", { model: base, ...unknown });
  expect((await refused.json()).error.message).toContain("tools are not supported");
});
