import { expectTypeOf, test } from "vitest";
import type { Ctx, UnscopedCtx } from "#server/context.ts";
import type { Change, OutsideChange } from "#server/signals/changes.ts";

type Cancelled = { action: "runs.cancel"; id: string; detail: { status: "cancelled" } };

test("an unknown action, and a detail of another shape, do not compile", () => {
  expectTypeOf<Cancelled>().toExtend<Change>();
  expectTypeOf<{ action: "runs.begin"; id: string }>().not.toExtend<Change>();
  expectTypeOf<{ action: "runs.cancel"; id: string }>().not.toExtend<Change>();
  expectTypeOf<{ action: "runs.cancel"; id: string; detail: { status: "gone" } }>().not.toExtend<Change>();
  expectTypeOf<Cancelled & { id: null }>().not.toExtend<Change>();
});

test("a refusal has its own detail, and a procedure that records another action is said only when refused", () => {
  type Refused<Detail> = { action: "models.import"; id: string; outcome: "refused"; detail: Detail };
  expectTypeOf<Refused<{ code: string }>>().toExtend<Change>();
  expectTypeOf<Refused<{ name: string; kind: "hub" }>>().not.toExtend<Change>();
  expectTypeOf<{ action: "projects.invite"; id: string }>().not.toExtend<Change>();
  expectTypeOf<{ action: "people.lockOut"; id: string; detail: { minutes: number } }>().not.toExtend<Change>();
});

test("nothing can be said outside a transaction, nor of a project without naming it", () => {
  expectTypeOf<Ctx>().not.toHaveProperty("changed");
  expectTypeOf<UnscopedCtx>().not.toHaveProperty("changed");
  expectTypeOf<{ action: "people.renameMe"; id: string }>().toExtend<OutsideChange>();
  expectTypeOf<Cancelled>().not.toExtend<OutsideChange>();
  expectTypeOf<{ action: "people.enable"; id: string }>().not.toExtend<OutsideChange>();
});
