"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { cn } from "#components/ui/cn.ts";
import { formatExact, plural } from "#components/ui/format.ts";
import { useHydrated } from "#components/ui/use-hydrated.ts";

const everyMs = 60_000;

/** Is anything on fire? In a few words at the rail's foot, on every page; Home says more. */
export function RailHealth() {
  const trpc = useTRPC();
  const { slug } = useProject();
  const { data, error } = useQuery(trpc.ops.health.queryOptions(undefined, { refetchInterval: everyMs }));
  const hydrated = useHydrated();
  if (!hydrated || (!data && !error)) return <div className="h-7" />;
  const down = data?.hosts.filter((host) => host.status === "down").length ?? 0;
  const trouble = !data
    ? "Health is not known"
    : data.gateway.status === "down"
      ? "The gateway is down"
      : data.gateway.status === "degraded"
        ? "The gateway is not ready"
        : data.hosts.length === 0
          ? "No inference host"
          : down > 0
            ? `${plural(down, "host")} down`
            : data.lost
              ? `${plural(data.lost.rows, "request")} not logged`
              : data.damaged.length > 0
                ? `${plural(data.damaged.length, "damaged file")}`
                : undefined;
  const Icon = !data ? CircleHelp : trouble ? TriangleAlert : CircleCheck;
  return (
    <Link
      href={`/${slug}`}
      className={cn(
        "flex h-7 shrink-0 items-center gap-2 rounded-md px-2 text-xs hover:bg-hover",
        trouble && data ? "text-bad" : "text-ink-3",
      )}
      title={data?.lost ? `Missing from the log since ${formatExact(data.lost.since)}` : undefined}
    >
      <Icon aria-hidden className="size-4 shrink-0 stroke-[1.75]" />
      <span className="truncate rail-narrow:sr-only">{trouble ?? "All systems normal"}</span>
    </Link>
  );
}
