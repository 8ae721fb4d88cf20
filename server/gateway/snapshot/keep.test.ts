import { expect, test, vi } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { addKey, addProject } from "#server/gateway/gateway.fixture.ts";
import { keepSnapshot } from "#server/gateway/snapshot/keep.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { until } from "#server/process.fixture.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

test("what was committed before a confirmation is known after it, also when its notice was lost", () =>
  inDatabase(async ({ db }) => {
    const projectId = await addProject(db);
    const keeper = keepSnapshot(db);
    try {
      await until(async () => keeper.current());
      for (let i = 0; i < 5; i++) {
        const { id } = await addKey(db, projectId);
        await keeper.confirm();
        expect([...(keeper.current()?.keys.values() ?? [])].map((key) => key.id)).toContain(id);
      }
      expect(keeper.reachable()).toBe(true);
    } finally {
      await keeper.stop();
    }
  }));

test("a flood of confirmations is answered by a few reads", () =>
  inDatabase(async ({ db }) => {
    const keeper = keepSnapshot(db);
    try {
      await until(async () => keeper.current());
      const reads = vi.spyOn(db, "execute");
      await Promise.all(Array.from({ length: 1_000 }, () => keeper.confirm()));
      expect(reads.mock.calls.length).toBeGreaterThan(0);
      expect(reads.mock.calls.length).toBeLessThan(10);
    } finally {
      await keeper.stop();
    }
  }));

test("a change reads its own project, whatever the number of others; a change of all, or an older database, reads each", () =>
  inDatabase(async ({ db }) => {
    const ids = [];
    for (let i = 0; i < 45; i++) ids.push(await addProject(db));
    await bumpSnapshot({ db });
    const [changed = "", ...others] = ids;
    const before = await loadSnapshot(db);
    await bumpSnapshot({ db }, [changed]);
    const after = await loadSnapshot(db, before);
    expect(after.version).toBe(before.version + 1);
    expect(others.every((id) => after.projects.get(id) === before.projects.get(id))).toBe(true);
    expect(after.projects.get(changed)).not.toBe(before.projects.get(changed));
    expect(after.projects.get(changed)).toEqual(before.projects.get(changed));

    await bumpSnapshot({ db });
    for (const known of [after, { ...after, version: after.version + 9 }]) {
      const whole = await loadSnapshot(db, known);
      expect(ids.some((id) => whole.projects.get(id) === after.projects.get(id))).toBe(false);
      expect(whole.projects.size).toBe(45);
    }
  }));
