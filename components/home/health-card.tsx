"use client";
import { useQuery } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatDurationMs, plural, shortId } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useHydrated } from "#components/ui/use-hydrated.ts";

const everyMs = 15_000;

/** Is it up? Asked apart from the rest of the page, because a gateway that is down takes its time to say so. */
export function HealthCard() {
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const health = useQuery(trpc.ops.health.queryOptions(undefined, { refetchInterval: everyMs }));
  return (
    <Card title="Health" flush>
      {health.data && hydrated ? (
        <CardRows>
          <CardRow>
            <div className="min-w-0 flex-1">
              Gateway{" "}
              <span className="text-ink-3">
                {health.data.gateway.ms === null || health.data.gateway.status !== "healthy"
                  ? health.data.gateway.detail
                  : `answers in ${formatDurationMs(health.data.gateway.ms)}`}
              </span>
            </div>
            <StatusChip status={health.data.gateway.status} />
          </CardRow>
          {health.data.hosts.map((host) => (
            <CardRow key={host.id}>
              <div className="min-w-0 flex-1">
                {host.device} <span className="font-mono text-ink-3 text-xs">{shortId(host.id)}</span>
                <div className="text-ink-3">
                  {host.status === "down" ? (
                    <>
                      last heard <RelativeTime at={host.heartbeatAt} />
                    </>
                  ) : host.replicas === 0 ? (
                    "nothing loaded for this project"
                  ) : (
                    `${host.replicasReady} of ${plural(host.replicas, "replica")} ready`
                  )}
                </div>
              </div>
              <StatusChip status={host.status} />
            </CardRow>
          ))}
          {health.data.lost && (
            <CardRow>
              <div className="min-w-0 flex-1">
                {plural(health.data.lost.rows, "request")} missing from the log{" "}
                <span className="text-ink-3">
                  first <RelativeTime at={health.data.lost.since} />, last <RelativeTime at={health.data.lost.until} />:
                  answered, but not counted in usage and cost. Check the disk of FORGE_DATA and the database.
                </span>
              </div>
              <StatusChip status="degraded" />
            </CardRow>
          )}
          {health.data.damaged.map((one) => (
            <CardRow key={one.sha256}>
              <div className="min-w-0 flex-1">
                A stored file {one.damage === "missing" ? "is missing" : "is damaged"}{" "}
                <span className="text-ink-3">
                  {one.uses.map((use) => `${use.kind} ${use.name}`).join(", ")}: upload or import it again
                </span>
              </div>
              <StatusChip status="degraded" />
            </CardRow>
          ))}
          {health.data.hosts.length === 0 && (
            <CardRow>
              <span className="flex-1 text-ink-2">No inference host is registered.</span>
              <StatusChip status="down" />
            </CardRow>
          )}
        </CardRows>
      ) : health.error && hydrated ? (
        <p className="px-4 py-3 text-ink-2">Not known. {failureOf(health.error).message}</p>
      ) : (
        <SkeletonRows rows={2} />
      )}
    </Card>
  );
}
