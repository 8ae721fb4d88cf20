"use client";
import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useTRPC } from "#components/trpc.tsx";
import { formatDurationMs } from "#components/ui/format.ts";

const waitingMs = 250;
const calmMs = 5_000;

/** Evidence, not hope: what the gateway itself says about the snapshot it answers from. */
export function AppliedLine() {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.deployments.applied.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.reachable && !state.data.current ? waitingMs : calmMs),
      staleTime: 0,
    }),
  );
  if (!data) return null;
  if (!data.reachable) return <span className="text-hold">The gateway does not answer: not known whether applied</span>;
  if (!data.current)
    return (
      <span className="inline-flex items-center gap-1">
        <LoaderCircle aria-hidden className="size-3 animate-spin" />
        The gateway takes it over
      </span>
    );
  const staleMs = Math.round(data.staleMs ?? 0);
  const when = staleMs < calmMs ? "just now" : `${formatDurationMs(staleMs)} ago`;
  return <span>Applied on the gateway, checked {when}</span>;
}
