"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { formatPercent } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";

/** Uploads of one's own that broke off: the same file, chosen again, goes on. */
export function OpenUploads() {
  const trpc = useTRPC();
  const query = useQuery(trpc.datasets.uploads.queryOptions());
  const open = query.data?.filter((upload) => upload.offset > 0) ?? [];
  if (open.length === 0) return null;
  return (
    <Banner title={open.length === 1 ? "An upload broke off" : `${open.length} uploads broke off`}>
      <ul>
        {open.slice(0, 5).map((upload) => (
          <li key={upload.id}>
            <b className="font-medium text-ink">{upload.filename}</b> stands at{" "}
            {formatPercent(upload.offset / Math.max(1, upload.bytes), 0)}, begun <RelativeTime at={upload.createdAt} />
          </li>
        ))}
      </ul>
      <p>Choose the same file in the same browser and it goes on where it stood.</p>
    </Banner>
  );
}
