"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useQueryState } from "nuqs";
import { paged } from "#components/data-table/define-list.ts";
import { type keyShows, lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { keyColumns } from "#components/keys/key-columns.tsx";
import type { KeyRow } from "#components/keys/key-rows.ts";
import { NewKeyDialog } from "#components/keys/new-key-dialog.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { SearchFilter } from "#components/ui/filter-bar.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { EmptyState } from "#components/ui/states.tsx";

const showOptions = [
  { value: "live", label: "Live keys" },
  { value: "ended", label: "Revoked and expired" },
  { value: "all", label: "All keys" },
] as const satisfies readonly { value: (typeof keyShows)[number]; label: string }[];

const mostEnded = 100;

/** "4 revoked, 1 expired"; null when none ever ended. */
function formatEnded({ items, nextCursor }: { items: readonly KeyRow[]; nextCursor: string | null }) {
  if (nextCursor) return `more than ${mostEnded} revoked or expired`;
  const counts = (["revoked", "expired"] as const).map((status) => {
    const count = items.filter((row) => row.status === status).length;
    return count > 0 ? `${count} ${status}` : null;
  });
  return counts.filter(Boolean).join(", ") || null;
}

export function KeysPage({ apiUrl }: { apiUrl: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("keys.create");
  const { filters, setFilters, input, table } = useList(lists.keys);
  const { q, show } = filters;
  const list = useInfiniteQuery(
    trpc.keys.list.infiniteQueryOptions(input, { ...paged, placeholderData: keepPreviousData }),
  );
  const rows = list.data?.pages.flatMap((page) => page.items);
  const nothingLive = rows?.length === 0 && q === "" && show === "live";
  const ended = useQuery({ ...trpc.keys.list.queryOptions({ show: "ended", limit: mostEnded }), enabled: nothingLive });
  const gone = nothingLive && ended.data ? formatEnded(ended.data) : null;
  const [dialog, setDialog] = useQueryState("new");
  const creating = dialog !== null;
  const setCreating = (open: boolean) => void setDialog(open ? "" : null);
  const button = (
    <Button variant="primary" icon={<Plus aria-hidden />} disabledReason={refusal} onClick={() => setCreating(true)}>
      Create key
    </Button>
  );
  return (
    <Page>
      <PageHead
        title="Keys"
        purpose="Programs use a key to call the models of this project or to work in it."
        actions={button}
      />
      <ResourceList
        filters={
          <>
            <SearchFilter placeholder="Filter by name" />
            <Select
              aria-label="Which keys"
              className="w-auto min-w-44"
              value={show}
              onValueChange={(next) => void setFilters({ show: next })}
              options={showOptions}
            />
          </>
        }
        label="API keys"
        columns={keyColumns}
        query={list}
        noun="key"
        rowId={(row) => row.id}
        {...table}
        filtered={q !== "" || show === "ended"}
        columnsKey="keys"
        empty={
          <EmptyState
            icon={<KeyRound aria-hidden />}
            title={gone ? `No live keys; ${gone}` : "No keys yet"}
            action={
              <>
                {button}
                {gone && <Button onClick={() => void setFilters({ show: "ended" })}>Show them</Button>}
              </>
            }
          >
            <p>Any OpenAI client works with a key and this base URL:</p>
            <CodeWell copy={apiUrl} label="base URL" className="mt-3 text-left">
              {apiUrl}
            </CodeWell>
          </EmptyState>
        }
      />
      {!refusal && <NewKeyDialog open={creating} onOpenChange={setCreating} apiUrl={apiUrl} />}
    </Page>
  );
}
