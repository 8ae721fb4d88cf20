import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestGateway } from "#server/gateway/app.fixture.ts";
import { createLimits, defaultLimits } from "#server/gateway/limits.ts";

const unused = () => {
  throw new Error("a call that is refused gets no further");
};
let gateway: Awaited<ReturnType<typeof openTestGateway>>;
let client: OpenAI;

beforeAll(async () => {
  const reserve = createLimits({ ...defaultLimits, concurrent: 0 }); // its keys may run nothing at once
  gateway = await openTestGateway([], { reserve, route: unused, forward: unused });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "k", maxRetries: 0 });
});

afterAll(() => gateway.close());

test.each([true, false])(
  "a call with stream %s that a limit refuses is logged and counted as what it was",
  async (stream) => {
    gateway.records.length = 0;
    const asked = client.chat.completions.create({
      model: "nano",
      messages: [{ role: "user", content: "hi" }],
      stream,
    });
    await expect(asked).rejects.toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    expect(gateway.records).toMatchObject([{ status: 429, stream, model: "nano" }]);
    expect(await gateway.metrics.registry.metrics()).toContain(`status="429",stream="${stream}"`);
  },
);
