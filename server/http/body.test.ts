import { expect, onTestFinished, test, vi } from "vitest";
import { readJson } from "#server/http/body.ts";

/** Counts the rounds of the event loop until the test ends. */
function countRounds() {
  let rounds = 0;
  let next: NodeJS.Immediate;
  const count = () => {
    rounds++;
    next = setImmediate(count);
  };
  next = setImmediate(count);
  onTestFinished(() => clearImmediate(next));
  return () => rounds;
}

test("large bodies are parsed and used one in each round of the event loop, so that others come between them", async () => {
  const round = countRounds();
  const parse = JSON.parse;
  const busy: number[] = [];
  const text = JSON.stringify({ prompt: "x".repeat(300 * 1024) });
  vi.spyOn(JSON, "parse").mockImplementation((given, reviver) => {
    if (given === text) busy.push(round());
    return parse(given, reviver);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  const ask = async () => {
    const body = await readJson(new Request("http://localhost/", { method: "POST", body: text }), 1024 * 1024);
    busy.push(round());
    return body;
  };
  const bodies = await Promise.all([ask(), ask(), ask()]);
  expect(bodies).toEqual([parse(text), parse(text), parse(text)]);
  expect(busy).toHaveLength(6);
  expect(new Set(busy).size).toBe(6);
});
