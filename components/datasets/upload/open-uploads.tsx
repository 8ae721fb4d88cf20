"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { discardUpload } from "#components/datasets/send-file.ts";
import { forgetUpload } from "#components/datasets/upload/remembered.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatBytes, formatPercent } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { AppRouter } from "#server/router.ts";

type Upload = inferRouterOutputs<AppRouter>["datasets"]["uploads"][number];

/** One that breaks off while the page is open shows up by itself. */
const lookEveryMs = 15_000;
const mostShown = 5;

/** Uploads of one's own that broke off: the same file, chosen again, goes on; or they are discarded. */
export function OpenUploads() {
  const trpc = useTRPC();
  const query = useQuery(trpc.datasets.uploads.queryOptions(undefined, { refetchInterval: lookEveryMs }));
  const open = query.data?.filter((upload) => upload.brokeOff && upload.offset > 0) ?? [];
  if (open.length === 0) return null;
  return (
    <Banner title={open.length === 1 ? "An upload broke off" : `${open.length} uploads broke off`}>
      <ul>
        {open.slice(0, mostShown).map((upload) => (
          <li key={upload.id}>
            <b className="font-medium text-ink">{upload.filename}</b> stands at{" "}
            {formatPercent(upload.offset / Math.max(1, upload.bytes), 0)}, begun <RelativeTime at={upload.createdAt} />{" "}
            <Discard upload={upload} />
          </li>
        ))}
      </ul>
      <p>Choose the same file in the same browser and it goes on where it stood.</p>
    </Banner>
  );
}

function Discard({ upload: { id, filename, offset } }: { upload: Upload }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { slug } = useProject();
  async function discard() {
    await discardUpload(id, { baseUrl: "", headers: { "x-forge-project": slug } });
    forgetUpload(slug, id);
    await client.invalidateQueries(trpc.datasets.uploads.pathFilter());
  }
  return (
    <ConfirmDialog
      trigger={<LinkButton aria-label={`Discard the upload of ${filename}`}>Discard</LinkButton>}
      title={`Discard the upload of ${filename}?`}
      affects={[`The ${formatBytes(offset)} that have arrived are deleted; the file has to be sent from its start`]}
      confirmLabel="Discard upload"
      onConfirm={discard}
    />
  );
}
