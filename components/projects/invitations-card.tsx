"use client";
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Column } from "#components/data-table/columns.ts";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { roleLabels } from "#components/people/roles.ts";
import type { InvitationRow } from "#components/projects/rows.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";

const columns: readonly Column<InvitationRow>[] = [
  {
    id: "email",
    header: "Invited",
    phone: "title",
    sortable: true,
    cell: (row) => <span className="break-all font-medium">{row.email}</span>,
  },
  { id: "role", header: "Role", sortable: true, cell: (row) => roleLabels[row.role].name },
  {
    id: "status",
    header: "Status",
    phone: "corner",
    cell: (row) => <StatusChip status={row.expired ? "expired" : "invited"} />,
  },
  { id: "created", header: "Created", sortable: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
  { id: "expires", header: "Expires", sortable: true, cell: (row) => <RelativeTime at={row.expiresAt} /> },
  {
    id: "actions",
    header: "Actions",
    quietHeader: true,
    className: "text-right",
    cell: (row) => <TakeBack row={row} />,
  },
];

/** Links that were handed out and not used yet; nothing while there are none. */
export function InvitationsCard() {
  const trpc = useTRPC();
  const { input, table } = useList(lists.invitations);
  const query = useInfiniteQuery(
    trpc.projects.invitations.infiniteQueryOptions(input, { ...paged, placeholderData: keepPreviousData }),
  );
  if (!query.error && !query.data?.pages[0]?.total) return null;
  return (
    <section aria-labelledby="open-invitations" className="grid gap-2">
      <h2 id="open-invitations" className="font-medium">
        Open invitations
      </h2>
      <ResourceList
        label="Open invitations"
        noun="invitation"
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        {...table}
        empty={null}
      />
    </section>
  );
}

function TakeBack({ row }: { row: InvitationRow }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const revoke = useMutation(
    trpc.projects.revokeInvitation.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.projects.invitations.pathFilter()),
    }),
  );
  return (
    <ConfirmDialog
      trigger={<Button size="sm">Revoke</Button>}
      title={`Revoke the invitation of ${row.email}?`}
      affects={["The link stops working at once. You can invite them again."]}
      confirmLabel="Revoke"
      onConfirm={() => revoke.mutateAsync({ invitationId: row.id })}
    />
  );
}
