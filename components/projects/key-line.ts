import type { inferRouterOutputs } from "@trpc/server";
import { formatRelative } from "#components/ui/format.ts";
import type { AppRouter } from "#server/router.ts";

type MemberKey = inferRouterOutputs<AppRouter>["keys"]["ofMember"]["items"][number];

/** "Key “ci” (lf_…a1b2), last used 3 min ago". */
export function keyLine(key: MemberKey, now: Date): string {
  const used = key.lastUsedAt ? `last used ${formatRelative(key.lastUsedAt, now)}` : "never used";
  return `Key “${key.name}” (lf_…${key.last4}), ${used}`;
}
