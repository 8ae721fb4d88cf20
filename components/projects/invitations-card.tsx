"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { roleLabels } from "#components/people/roles.ts";
import type { InvitationRow } from "#components/projects/rows.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";

/** Links that were handed out and not used yet; nothing while there are none. */
export function InvitationsCard() {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.projects.invitations.queryOptions());
  if (data.length === 0) return null;
  return (
    <Card title="Open invitations" flush>
      <CardRows>
        {data.map((row) => (
          <InvitationLine key={row.id} row={row} />
        ))}
      </CardRows>
    </Card>
  );
}

function InvitationLine({ row }: { row: InvitationRow }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const revoke = useMutation(
    trpc.projects.revokeInvitation.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.projects.invitations.pathFilter()),
    }),
  );
  return (
    <CardRow className="flex-wrap">
      <span className="min-w-0 flex-1 basis-48">
        <span className="block break-all font-medium">{row.email}</span>
        <span className="text-ink-3 text-xs">
          {roleLabels[row.role].name} · created <RelativeTime at={row.createdAt} /> · {row.expired ? "ended" : "ends"}{" "}
          <RelativeTime at={row.expiresAt} />
        </span>
      </span>
      <StatusChip status={row.expired ? "expired" : "invited"} />
      <ConfirmDialog
        trigger={<Button size="sm">Take back</Button>}
        title={`Take the invitation of ${row.email} back?`}
        affects={["The link stops working at once. You can invite them again."]}
        confirmLabel="Take back"
        onConfirm={() => revoke.mutateAsync({ invitationId: row.id })}
      />
    </CardRow>
  );
}
