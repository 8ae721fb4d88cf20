import type { ReplicaStatus } from "#db/enums.ts";

type Seen = { status: ReplicaStatus; hostLive: boolean; error: { message: string } | null };

const waiting: Record<Exclude<ReplicaStatus, "ready" | "failed">, string> = {
  assigned: "its replica waits to be loaded",
  loading: "its replica is being loaded",
  probing: "its replica is being proved",
  draining: "its replica is being unloaded",
};

/** Null when one replica on a live host is ready, else why the version cannot take traffic now. */
export function whyNotReady(replicas: readonly Seen[]): string | null {
  const live = replicas.filter((replica) => replica.hostLive);
  if (live.some((replica) => replica.status === "ready")) return null;
  const failed = live.find((replica) => replica.status === "failed");
  if (failed) return `its replica failed: ${failed.error?.message ?? "no reason was given"}`;
  const [first] = live;
  if (first && first.status !== "ready" && first.status !== "failed") return waiting[first.status];
  if (replicas.length > 0) return "the inference host of its replica is not running";
  return "it has no replica yet: no live inference host took it";
}
