"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { MemberRow } from "#components/projects/rows.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";

export function RemoveMember({ row }: { row: MemberRow }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refusal = useRefusal("projects.removeMember");
  const remove = useMutation(
    trpc.projects.removeMember.mutationOptions({
      onSuccess: () => {
        notify.done(`${row.name} is no longer a member`);
        void queryClient.invalidateQueries(trpc.projects.members.pathFilter());
      },
    }),
  );
  if (refusal) return null;
  const keys = row.liveKeys === 1 ? "1 API key they made keeps" : `${plural(row.liveKeys, "API key")} they made keep`;
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" look="danger">
          Remove
        </Button>
      }
      title={`Remove ${row.name}?`}
      affects={[
        `${row.email} can no longer open this project, from the next click on.`,
        row.liveKeys === 0
          ? "They made no API keys that still work."
          : `${keys} working: revoke them on the Keys page if they should stop.`,
      ]}
      confirmLabel="Remove member"
      onConfirm={() => remove.mutateAsync({ userId: row.userId })}
    />
  );
}
