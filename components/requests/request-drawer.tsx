"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryError } from "#components/data-table/table-states.tsx";
import type { RequestData } from "#components/requests/data.ts";
import { OutcomeChip } from "#components/requests/outcome-chip.tsx";
import { RequestFacts } from "#components/requests/request-facts.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Drawer } from "#components/ui/drawer.tsx";
import { formatExact } from "#components/ui/format.ts";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

/** One request, opened by `?request=` in the URL. */
export function RequestDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const trpc = useTRPC();
  const query = useQuery({ ...trpc.requests.show.queryOptions({ id: id ?? "" }), enabled: id !== null });
  const request = query.data;
  return (
    <Drawer
      open={id !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={
        <>
          Request {id && <ShortId id={id} />}
          {request && <OutcomeChip status={request.status} />}
        </>
      }
      description={request ? whatHappened(request) : undefined}
    >
      {query.error ? (
        <QueryError error={query.error} onRetry={query.refetch} />
      ) : request ? (
        <RequestFacts request={request} />
      ) : (
        <Skeleton className="h-64" />
      )}
    </Drawer>
  );
}

function whatHappened(request: RequestData) {
  const kind = request.stream ? "streaming" : "not streaming";
  return `${request.endpoint}, ${kind}, ${formatExact(request.receivedAt)}`;
}
