import fc from "fast-check";
import { expect, test } from "vitest";
import { type Caller, fairShare } from "#server/inference/host/fair.rule.ts";
import { inTurns, roomFor } from "#server/inference/host/waiting.rule.ts";

const caller = fc.record({ projectId: fc.constantFrom("p", "q"), keyId: fc.constantFrom("1", "2", "3") });
const nameOf = ({ projectId, keyId }: Caller) => `${projectId}/${keyId}`;
const entries = fc.array(fc.record({ caller }), { maxLength: 40 });
const limits = fc.record({ all: fc.integer({ min: 1, max: 40 }), perKey: fc.integer({ min: 1, max: 40 }) });

test("the list keeps its bounds, evicts only the key that holds most, and never for one that holds as much", () => {
  fc.assert(
    fc.property(entries, limits, (arrivals, bounds) => {
      let waiting: { caller: Caller }[] = [];
      const count = (of: Caller) => waiting.filter((other) => nameOf(other.caller) === nameOf(of)).length;
      for (const entry of arrivals) {
        const own = count(entry.caller);
        const room = roomFor(waiting, entry.caller, bounds);
        if (room.give === "place of") {
          const most = Math.max(...waiting.map((other) => count(other.caller)));
          expect(count(room.evicted.caller)).toBe(most);
          expect(most).toBeGreaterThan(own + 1);
          waiting = waiting.filter((other) => other !== room.evicted);
        }
        if (room.give === "none") expect(own >= bounds.perKey || waiting.length >= bounds.all).toBe(true);
        else waiting.push(entry);
        expect(waiting.length).toBeLessThanOrEqual(bounds.all);
        expect(count(entry.caller)).toBeLessThanOrEqual(bounds.perKey);
      }
    }),
  );
});

test("the order of turns holds every waiting job once: one of each caller in turn, each caller's own as they came", () => {
  fc.assert(
    fc.property(entries, (waiting) => {
      const ordered = inTurns(waiting, fairShare().compare);
      expect(new Set(ordered)).toEqual(new Set(waiting));
      for (const { caller: its } of waiting) {
        const own = (list: typeof waiting) => list.filter((entry) => nameOf(entry.caller) === nameOf(its));
        expect(own(ordered)).toEqual(own(waiting));
      }
      const everybody = new Set(waiting.map((entry) => nameOf(entry.caller)));
      const firsts = ordered.slice(0, everybody.size).map((entry) => nameOf(entry.caller));
      expect(new Set(firsts)).toEqual(everybody);
    }),
  );
});
