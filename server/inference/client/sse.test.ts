import { expect, test } from "vitest";
import { sseParser } from "#server/inference/client/sse.ts";
import { percentile, streamTimer } from "#server/inference/client/timings.rule.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function read(text: string, size: number) {
  const events: string[] = [];
  const parser = sseParser((data) => events.push(data));
  const all = bytes(text);
  for (let i = 0; i < all.length; i += size) parser.push(all.subarray(i, i + size));
  return events;
}

test("events are the same however the bytes are cut, characters included", () => {
  const text = 'data: {"a":"日本"}\n\n: comment\n\ndata:b\ndata: c\nid: 7\n\r\ndata: d\r\n\r\n';
  for (const size of [1, 2, 3, 7, 1_000]) expect(read(text, size)).toEqual(['{"a":"日本"}', "b\nc", "d"]);
});

test("an event that is not complete is not handed out, however the stream ends", () => {
  expect(read("data: a\n\ndata: b", 100)).toEqual(["a"]);
  expect(read("data: a\n\ndata: [DONE]\n", 1)).toEqual(["a"]);
});

test("lines may end in any of the three ways, and other fields change nothing", () => {
  for (const size of [1, 2, 100]) {
    expect(read("data: a\r\rdata: b\r\n\r\nretry: soon\nwhat: x\nevent: e\ndata: c\n\n", size)).toEqual([
      "a",
      "b",
      "c",
    ]);
  }
});

test("an event without end is refused before it fills the memory", () => {
  const parser = sseParser(() => {});
  const piece = bytes(`data: ${"x".repeat(1024 * 1024)}`);
  expect(() => {
    for (let i = 0; i < 20; i++) parser.push(piece);
  }).toThrow("max buffer size");
});

test("bytes that are not UTF-8 are refused", () => {
  const parser = sseParser(() => {});
  expect(() => parser.push(Uint8Array.of(0x64, 0xff, 0xfe, 0x0a))).toThrow();
});

test("times follow one definition", () => {
  const timer = streamTimer(100);
  for (const at of [150, 160, 180, 190]) timer.content(at);
  expect(timer.done(200, 5)).toEqual({ ttftMs: 50, itlP50Ms: 10, itlP95Ms: 20, tpotMs: 12.5, totalMs: 100 });
  expect(streamTimer(0).done(7, 1)).toEqual({ ttftMs: null, itlP50Ms: null, itlP95Ms: null, tpotMs: null, totalMs: 7 });
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
});
