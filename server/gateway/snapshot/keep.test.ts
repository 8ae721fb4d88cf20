import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { addKey, addProject } from "#server/gateway/gateway.fixture.ts";
import { keepSnapshot } from "#server/gateway/snapshot/keep.ts";
import { until } from "#server/process.fixture.ts";

test("what was committed before a confirmation is known after it, also when its notice was lost", () =>
  inDatabase(async ({ db }) => {
    const projectId = await addProject(db);
    const keeper = keepSnapshot(db);
    try {
      await until(async () => keeper.current());
      for (let i = 0; i < 5; i++) {
        const { id } = await addKey(db, projectId);
        await db.execute(sql`update snapshot_version set version = version + 1`);
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
