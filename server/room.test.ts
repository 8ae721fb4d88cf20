import { expect, test } from "vitest";
import { errorCodes } from "#server/errors.ts";
import { sizeInWords, whyNoRoom } from "#server/room.rule.ts";
import { requireRoom } from "#server/room.ts";
import { testStorage } from "#server/testing.ts";

test("sizes keep three digits whatever their unit, so that nothing needs 0.0 GiB", () => {
  const sizes = [0, 512, 1_024, 5_000, 6_442_451, 1_073_741_824, 13_000_000_000, 2 ** 50];
  expect(sizes.map(sizeInWords)).toEqual(["0 B", "512 B", "1 KiB", "4.9 KiB", "6.1 MiB", "1 GiB", "12.1 GiB", "1 PiB"]);
});

test("work that would fill the disk is told what it needs and what is free", () => {
  const room = { freeBytes: 3 * 2 ** 30, keptBytes: 2 ** 29 };
  expect(whyNoRoom("the file", 2.5 * 2 ** 30, room)).toBe(null);
  expect(whyNoRoom("the file", 2.6 * 2 ** 30, room)).toBe(
    "the file needs 2.6 GiB, the disk of the data folder has 3 GiB free, of which 512 MiB stay free for the database: " +
      "free space (./forge status shows what takes it), then try again",
  );
  expect(whyNoRoom("the file", 5_000, { freeBytes: 100, keptBytes: 0 })).toContain("needs 4.9 KiB, the disk");
});

test("a disk without room is refused as 507, and the shell ends with 1: everything is reachable", async () => {
  const storage = await testStorage({ keptFreeBytes: 2 ** 60 });
  await expect(requireRoom(storage, "the file", 1)).rejects.toMatchObject({ code: "NO_ROOM", reason: "disk_full" });
  expect(errorCodes.NO_ROOM).toEqual({ http: 507, exit: 1 });
  await requireRoom(await testStorage(), "the file", 1);
});
