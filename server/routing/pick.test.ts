import { expect, test } from "vitest";
import { bucketOf, buckets, pickRevision, stickyKeyOf, type WeightedRevision } from "#server/routing/pick.rule.ts";

const revision = (number: number, weightBps: number): WeightedRevision => ({ id: `rev_${number}`, number, weightBps });
const users = Array.from({ length: 50_000 }, (_, i) => `user-${i}`);
const bucketsOfUsers = users.map((user) => bucketOf("dep_a", user));

function assign(revisions: WeightedRevision[]) {
  return bucketsOfUsers.map((bucket) => pickRevision(revisions, bucket)?.number ?? 0);
}
const shareOf = (assigned: number[], number: number) => assigned.filter((n) => n === number).length / assigned.length;

test("one user stays on one revision while weights stand still", () => {
  expect(bucketOf("dep_a", "ada")).toBe(bucketOf("dep_a", "ada"));
  expect(bucketOf("dep_a", "ada")).toBeGreaterThanOrEqual(0);
  expect(bucketOf("dep_a", "ada")).toBeLessThan(buckets);
});

test("another deployment shuffles users anew", () => {
  const same = users.filter((user, i) => bucketOf("dep_b", user) === bucketsOfUsers[i]).length;
  expect(same / users.length).toBeLessThan(0.01);
});

test("every bucket belongs to exactly the share its weight says", () => {
  const all = Array.from({ length: buckets }, (_, bucket) => bucket);
  const revisions = [revision(1, 8_000), revision(2, 1_500), revision(3, 500)];
  const picked = all.map((bucket) => pickRevision(revisions, bucket)?.number);
  for (const { number, weightBps } of revisions) expect(picked.filter((n) => n === number)).toHaveLength(weightBps);
});

test("50,000 users split by the weights within half a percentage point", () => {
  const assigned = assign([revision(1, 8_000), revision(2, 2_000)]);
  expect(shareOf(assigned, 2)).toBeGreaterThan(0.195);
  expect(shareOf(assigned, 2)).toBeLessThan(0.205);
});

test("a growing candidate only ever takes users over, never gives one back", () => {
  let before = assign([revision(1, 10_000), revision(2, 0)]);
  for (const weight of [1, 100, 500, 1_000, 2_500, 5_000, 9_999, 10_000]) {
    const after = assign([revision(1, buckets - weight), revision(2, weight)]);
    const backwards = after.filter((number, i) => before[i] === 2 && number === 1);
    expect(backwards).toEqual([]);
    before = after;
  }
  expect(shareOf(before, 2)).toBe(1);
});

test("moving 10 % to 20 % moves a tenth of the users and nobody else", () => {
  const before = assign([revision(1, 9_000), revision(2, 1_000)]);
  const after = assign([revision(1, 8_000), revision(2, 2_000)]);
  const moved = after.filter((number, i) => number !== before[i]).length / users.length;
  expect(moved).toBeGreaterThan(0.095);
  expect(moved).toBeLessThan(0.105);
});

test("a rollback brings back exactly the users it takes away", () => {
  const stable = assign([revision(1, 9_000), revision(2, 1_000)]);
  const rolledBack = assign([revision(1, 10_000), revision(2, 0)]);
  expect(rolledBack).toEqual(stable.map((number) => (number === 2 ? 1 : number)));
});

test("revisions of weight 0 come and go without moving anyone, in whatever order they are listed", () => {
  const plain = assign([revision(2, 7_000), revision(5, 3_000)]);
  expect(assign([revision(5, 3_000), revision(9, 0), revision(2, 7_000), revision(1, 0)])).toEqual(plain);
});

test("a third revision that grows at its neighbour's cost leaves the oldest alone", () => {
  const before = assign([revision(1, 5_000), revision(2, 4_000), revision(3, 1_000)]);
  const after = assign([revision(1, 5_000), revision(2, 2_000), revision(3, 3_000)]);
  expect(after.filter((number, i) => before[i] === 1 && number !== 1)).toEqual([]);
});

test("weights that do not reach 10,000 still answer everyone", () => {
  expect(pickRevision([revision(1, 3_000), revision(2, 2_000)], 9_999)?.number).toBe(1);
  expect(pickRevision([revision(1, 0)], 0)).toBeNull();
  expect(pickRevision([], 0)).toBeNull();
});

test("a user is stickier than a conversation, a conversation than a key", () => {
  expect(stickyKeyOf({ user: "ada", conversation: "c1", keyId: "key_1" })).toBe("ada");
  expect(stickyKeyOf({ user: "", conversation: "c1", keyId: "key_1" })).toBe("c1");
  expect(stickyKeyOf({ user: null, keyId: "key_1" })).toBe("key_1");
});
