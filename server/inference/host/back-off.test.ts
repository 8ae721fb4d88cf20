import { expect, test } from "vitest";
import { openBackOff, retryMs } from "#server/inference/host/back-off.ts";
import { Refusal, refusal } from "#server/inference/host/refusal.ts";

test("a file that could not be loaded is refused with the same sentence until it is forgotten", () => {
  const backOff = openBackOff();
  const first = backOff.remember("a", new Error("not a GGUF"));
  expect(first).toMatchObject({ message: "the model could not be loaded: not a GGUF" });
  expect(() => backOff.refuse("a")).toThrow("the model could not be loaded: not a GGUF");
  expect(() => backOff.refuse("b")).not.toThrow();
  backOff.forget("a");
  expect(() => backOff.refuse("a")).not.toThrow();
});

test("a refusal says nothing about the file: the next caller tries again", () => {
  const backOff = openBackOff();
  const full = refusal(503, "no room now", { code: "model_loading" });
  expect(backOff.remember("a", full)).toBe(full);
  expect(() => backOff.refuse("a")).not.toThrow();
});

test("what is thrown is a refusal of the host, whatever the cause was", () => {
  const backOff = openBackOff();
  for (const cause of [new Error("gone"), "gone", undefined])
    expect(backOff.remember("a", cause)).toBeInstanceOf(Refusal);
});

test("the rest doubles from a quarter of a second to half a minute", () => {
  expect([1, 2, 3, 7, 8, 9, 60].map(retryMs)).toEqual([250, 500, 1_000, 16_000, 30_000, 30_000, 30_000]);
});
