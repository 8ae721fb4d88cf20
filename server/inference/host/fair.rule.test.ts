import fc from "fast-check";
import { expect, test } from "vitest";
import { type Caller, fairShare } from "#server/inference/host/fair.rule.ts";

const a: Caller = { projectId: "p", keyId: "a" };
const caller = fc.record({ projectId: fc.constantFrom("p", "q", "r"), keyId: fc.constantFrom("1", "2", "3") });
const nameOf = ({ projectId, keyId }: Caller) => `${projectId}/${keyId}`;
const leastServed = (callers: readonly Caller[], compare: (x: Caller, y: Caller) => number) =>
  callers.reduce((best, other) => (compare(other, best) < 0 ? other : best));

/** Give turns to callers who always have work; what each turn costs is drawn. */
function serve(callers: readonly Caller[], costs: readonly number[]) {
  const share = fairShare();
  for (const each of callers) share.enter(each);
  const served = new Map<string, number>();
  for (const units of costs) {
    const next = leastServed(callers, share.compare);
    share.charge(next, units);
    served.set(nameOf(next), (served.get(nameOf(next)) ?? 0) + units);
  }
  return (of: Caller) => served.get(nameOf(of)) ?? 0;
}

const callers = fc.uniqueArray(caller, { selector: nameOf, minLength: 2, maxLength: 9 });
const longestTurn = 512;
const costs = fc.array(fc.integer({ min: 1, max: longestTurn }), { minLength: 200, maxLength: 400 });

test("two keys of one project that always have work never differ by more than one turn's work", () => {
  fc.assert(
    fc.property(callers, costs, (all, units) => {
      const servedTo = serve(all, units);
      for (const x of all)
        for (const y of all)
          if (x.projectId === y.projectId) expect(Math.abs(servedTo(x) - servedTo(y))).toBeLessThanOrEqual(longestTurn);
    }),
  );
});

test("a project gets no more for having many keys", () => {
  fc.assert(
    fc.property(callers, costs, (all, units) => {
      const servedTo = serve(all, units);
      const totals = new Map<string, number>();
      for (const each of all) totals.set(each.projectId, (totals.get(each.projectId) ?? 0) + servedTo(each));
      expect(Math.max(...totals.values()) - Math.min(...totals.values())).toBeLessThanOrEqual(longestTurn);
    }),
  );
});

test("nobody starves: a newcomer is served within a few rounds, and having been idle earns it no more than others get", () => {
  fc.assert(
    fc.property(callers, costs, ([late, ...others], units) => {
      if (!late || others.length === 0) return;
      const all = [late, ...others];
      const share = fairShare();
      for (const each of others) share.enter(each);
      for (const cost of units) share.charge(leastServed(others, share.compare), cost);
      share.enter(late);
      let inARow = 0;
      for (; leastServed(all, share.compare) === late; inARow++) share.charge(late, longestTurn);
      expect(inARow).toBeLessThanOrEqual(3);
      let waited = 0;
      for (; leastServed(all, share.compare) !== late; waited++)
        share.charge(leastServed(all, share.compare), longestTurn);
      expect(waited).toBeLessThanOrEqual(4 * all.length);
    }),
  );
});

test("a caller that leaves in debt and comes back still owes it", () => {
  const b = { ...a, keyId: "b" };
  const share = fairShare();
  share.enter(a);
  share.enter(b);
  share.charge(a, 1_000);
  share.leave(a);
  share.enter(a);
  expect(share.compare(b, a)).toBeLessThan(0);
});

test("places are parted between projects, then between their keys, and those who left are not counted", () => {
  const share = fairShare();
  const all = [a, { projectId: "p", keyId: "b" }, { projectId: "q", keyId: "c" }];
  for (const each of all) share.enter(each);
  expect(all.map((each) => share.entitlement(each, 64))).toEqual([16, 16, 32]);
  share.leave({ projectId: "q", keyId: "c" });
  expect(share.entitlement(a, 64)).toBe(32);
});
