import { DomainError } from "#server/errors.ts";
import { whyNoRoom } from "#server/room.rule.ts";
import type { Storage } from "#server/storage.ts";

/** Before work that writes much: throws NO_ROOM, with what it needs and what is free, when the disk would run full. */
export async function requireRoom(storage: Storage, what: string, bytes: number): Promise<void> {
  const why = whyNoRoom(what, bytes, await storage.room());
  if (why) throw new DomainError("NO_ROOM", why, { reason: "disk_full" });
}
