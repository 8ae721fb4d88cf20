import fc from "fast-check";
import { expect, test } from "vitest";
import { engineRef, parseEngineRef } from "#server/inference/client/ref.ts";

const sha = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });

test("a reference that is written is read as itself; a probe goes only with its adapter", () => {
  fc.assert(
    fc.property(sha, fc.option(sha), fc.option(sha), (baseSha, adapterSha, probeSha) => {
      const read = parseEngineRef(engineRef({ baseSha, adapterSha, probeSha }));
      expect(read).toEqual({ baseSha, adapterSha, probeSha: adapterSha === null ? null : probeSha });
    }),
  );
});

test("anything else is no reference, and a long one is told shortened", () => {
  const a = "a".repeat(64);
  const wrong = ["", "base:", `base:${a} `, `base:${a.toUpperCase()}`, `base:${a}+probe:${a}`, `base:${a}+adapter:`];
  for (const text of [...wrong, `x/base:${a}`, `base:${a}\n`, `base:${a}0`])
    expect(() => parseEngineRef(text), text).toThrow("is not an engine reference");
  expect(() => engineRef({ baseSha: "../../etc/passwd" })).toThrow("is not an engine reference");
  const long = () => parseEngineRef("x".repeat(10_000));
  expect(long).toThrow(/^x{120} is not/);
  expect(long).toThrow(expect.objectContaining({ field: "model", reason: "model_not_found" }));
});
