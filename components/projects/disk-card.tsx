"use client";
import { useQuery } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { formatBytes } from "#components/ui/format.ts";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const kinds = [
  ["datasets", "Datasets and files", "What was uploaded, and the rows made of it."],
  ["models", "Models", "Weights and GGUF of every version."],
  ["runs", "Runs and checkpoints", "Checkpoints of ended runs are deleted after some days."],
  ["uploads", "Unfinished uploads", "An upload that is not continued is deleted after seven days."],
] as const;

/** What this project takes on the disk, by kind, and which of it was found damaged. */
export function DiskCard() {
  const trpc = useTRPC();
  const { data: disk, error } = useQuery(trpc.storage.project.queryOptions());
  return (
    <>
      {disk?.damaged.map((one) => (
        <Banner
          key={one.sha256}
          tone="bad"
          title={one.damage === "missing" ? "A stored file is missing" : "A stored file is not what was stored"}
        >
          It belongs to {one.uses.map((use) => `${use.kind} ${use.name}`).join(", ")}. Upload or import the same file
          again to fix it.
        </Banner>
      ))}
      <Card title="Disk" flush aside={disk && <span className="tabular-nums">{formatBytes(disk.bytes)}</span>}>
        {disk ? (
          <CardRows>
            {kinds.map(([kind, label, why]) => (
              <CardRow key={kind}>
                <div className="min-w-0 flex-1">
                  {label} <span className="block text-ink-3 text-xs">{why}</span>
                </div>
                <span className="tabular-nums">{formatBytes(disk.kinds[kind])}</span>
              </CardRow>
            ))}
          </CardRows>
        ) : error ? (
          <p className="px-4 py-3 text-ink-2">Not known. {failureOf(error).message}</p>
        ) : (
          <SkeletonRows rows={kinds.length} />
        )}
      </Card>
    </>
  );
}
