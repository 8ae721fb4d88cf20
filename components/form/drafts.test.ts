// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { draftKey, readDraft, writeDraft } from "#components/form/drafts.ts";

const Typed = z.object({ name: z.string() });
const keyOf = (form: string) => draftKey({ project: "p", form });
const kept = (form: string) => readDraft(keyOf(form), Typed);

beforeEach(() => sessionStorage.clear());

test("twenty drafts are kept; the oldest gives way, whatever else the tab stores", () => {
  sessionStorage.setItem("forge.talk.p", "[]");
  sessionStorage.setItem(keyOf("oldest"), JSON.stringify({ at: 1, values: { name: "first" } }));
  for (let i = 0; i < 19; i++) writeDraft(keyOf(`form ${i}`), { name: String(i) });
  expect(kept("oldest")).toEqual({ name: "first" });
  writeDraft(keyOf("one more"), { name: "last" });
  expect(kept("oldest")).toBeNull();
  expect(kept("form 0")).toEqual({ name: "0" });
  expect(kept("one more")).toEqual({ name: "last" });
  expect(sessionStorage.getItem("forge.talk.p")).toBe("[]");
});

test("a draft that is too large is not kept, and none of it from before either", () => {
  writeDraft(keyOf("suite"), { name: "small" });
  writeDraft(keyOf("suite"), { name: "x".repeat(64 * 1024) });
  expect(kept("suite")).toBeNull();
});

test("what no longer fits the form is no draft", () => {
  writeDraft(keyOf("suite"), { name: 7 });
  expect(kept("suite")).toBeNull();
  sessionStorage.setItem(keyOf("suite"), "{");
  expect(kept("suite")).toBeNull();
});
