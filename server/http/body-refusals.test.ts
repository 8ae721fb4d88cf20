import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readBytes, readJson, readStorableJson, readText } from "#server/http/body.ts";

const most = 2 * 1024;

function sent(body: BodyInit | null, headers: Record<string, string> = {}) {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

/** A body whose length nobody knows beforehand, and how much of it was asked for. */
function streamed(chunks: number, chunkBytes: number, end: "ends" | "breaks" = "ends") {
  const state = { pulled: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (state.pulled === chunks && end === "breaks") return controller.error(new Error("connection reset"));
        if (state.pulled++ === chunks) return controller.close();
        controller.enqueue(new Uint8Array(chunkBytes).fill(0x20));
      },
    },
    { highWaterMark: 0 },
  );
  const init: RequestInit & { duplex: "half" } = { method: "POST", body: stream, duplex: "half" };
  return { request: new Request("http://localhost/", init), state };
}

test("a body may have as many bytes as the limit and not one more, whether its length is said or not", async () => {
  expect(await readBytes(sent("x".repeat(most)), most)).toHaveLength(most);
  const large = { code: "TOO_LARGE", message: "this request body may have at most 2 KiB" };
  await expect(readBytes(sent("x".repeat(most + 1)), most)).rejects.toMatchObject(large);
  expect(await readBytes(streamed(4, 512).request, most)).toHaveLength(most);
  await expect(readBytes(streamed(5, 512).request, most)).rejects.toMatchObject(large);
  await expect(readBytes(sent("x"), 3 << 20)).resolves.toHaveLength(1);
  await expect(readBytes(sent("", { "content-length": String(4 << 20) }), 3 << 20)).rejects.toThrow("at most 3 MiB");
});

test("of a body that is too large nothing is read beyond the limit", async () => {
  const { request, state } = streamed(1_000, 1_024);
  await expect(readBytes(request, most)).rejects.toMatchObject({ code: "TOO_LARGE" });
  expect(state.pulled).toBe(3);
});

test("a body that breaks off is the caller's, not a fault of ours", async () => {
  const { request } = streamed(1, 10, "breaks");
  await expect(readJson(request, most)).rejects.toMatchObject({ code: "INVALID", message: "the request broke off" });
});

test("gzip is unpacked, in whatever case it is said, and bytes that only claim to be it are refused", async () => {
  const packed = gzipSync(JSON.stringify({ a: "ä" }));
  for (const encoding of ["gzip", " GZIP "])
    expect(await readJson(sent(packed, { "content-encoding": encoding }), most)).toEqual({ a: "ä" });
  expect(await readJson(sent('{"a":1}', { "content-encoding": "identity" }), most)).toEqual({ a: 1 });
  const about = { code: "INVALID", field: "content-encoding" };
  const cut = packed.subarray(0, packed.length - 4);
  await expect(readJson(sent(cut, { "content-encoding": "gzip" }), most)).rejects.toMatchObject(about);
  await expect(readJson(sent("{}", { "content-encoding": "gzip" }), most)).rejects.toThrow("not valid gzip");
  await expect(readJson(sent("{}", { "content-encoding": "br" }), most)).rejects.toMatchObject({
    ...about,
    message: "the content-encoding br is not supported: send gzip or none",
  });
  const long = readJson(sent("{}", { "content-encoding": "x".repeat(500) }), most);
  await expect(long).rejects.toThrow(`the content-encoding ${"x".repeat(40)} is`);
});

test("the limit holds for what a small body unpacks to, so that a bomb is refused", async () => {
  const fits = gzipSync(`"${"x".repeat(most - 2)}"`);
  expect(await readText(sent(fits, { "content-encoding": "gzip" }), most)).toHaveLength(most);
  const bomb = gzipSync(Buffer.alloc(50 << 20, 0x20));
  expect(bomb.length).toBeLessThan(64 << 10);
  const refused = readText(sent(bomb, { "content-encoding": "gzip" }), 64 << 10);
  await expect(refused).rejects.toMatchObject({ code: "TOO_LARGE" });
  const noise = gzipSync(randomBytes(4 << 10));
  await expect(readBytes(sent(noise, { "content-encoding": "gzip" }), most)).rejects.toThrow("at most 2 KiB");
});

test.each([
  ["", "the request has no body"],
  ["{", "the request body is not valid JSON"],
  ["{'a': 1}", "the request body is not valid JSON"],
  [`${"[".repeat(65)}${"]".repeat(65)}`, "the JSON is nested deeper than 64 levels"],
  [new Uint8Array([0x22, 0xff, 0x22]), "the request body is not valid UTF-8"],
])("a body that is no JSON in UTF-8 says what it is: %j", async (body, message) => {
  await expect(readJson(sent(body), most)).rejects.toMatchObject({ code: "INVALID", message });
});

test("a request without a body is told so, not waited for", async () => {
  await expect(readJson(new Request("http://localhost/", { method: "POST" }), most)).rejects.toThrow("has no body");
});

test("what Postgres cannot keep is refused with its place, and only where it is to be kept", async () => {
  const odd = '{"messages":[{"content":"ok"},{"content":"a\\u0000b"}]}';
  await expect(readStorableJson(sent(odd), most)).rejects.toMatchObject({
    code: "INVALID",
    field: "messages.1.content",
    message: expect.stringMatching(/^messages\.1\.content holds a NUL character/),
  });
  await expect(readStorableJson(sent('"\\ud800"'), most)).rejects.toMatchObject({
    field: null,
    message: expect.stringMatching(/^the text holds/),
  });
  expect(await readStorableJson(sent('{"a":"\\ud83d\\ude00 \\\\u0000"}'), most)).toEqual({ a: "😀 \\u0000" });
  expect(await readJson(sent(odd), most)).toMatchObject({ messages: [{ content: "ok" }, { content: "a\0b" }] });
});
