"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { MemberRow } from "#components/projects/rows.ts";
import { useTRPC } from "#components/trpc.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";

type Props = { row: MemberRow; onClose: () => void };

export function DisableAccount({ row, onClose }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const disable = useMutation(
    trpc.people.disable.mutationOptions({
      onSuccess: () => {
        notify.done(`${row.name}’s account is disabled`);
        void queryClient.invalidateQueries(trpc.projects.members.pathFilter());
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Disable ${row.name}’s account?`}
      affects={[
        `${row.email} is signed out everywhere and cannot sign in, in any project.`,
        row.liveKeys === 0
          ? "They have no API keys here that work."
          : `${plural(row.liveKeys, "API key")} of theirs in this project stop within a second.`,
        "Memberships, roles and keys are kept: enabling the account brings them back.",
      ]}
      confirmLabel="Disable account"
      onConfirm={() => disable.mutateAsync({ userId: row.userId })}
    />
  );
}

export function EnableAccount({ row, onClose }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const enable = useMutation(
    trpc.people.enable.mutationOptions({
      onSuccess: () => {
        notify.done(`${row.name}’s account is enabled`);
        void queryClient.invalidateQueries(trpc.projects.members.pathFilter());
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      variant="primary"
      title={`Enable ${row.name}’s account?`}
      affects={[
        `${row.email} can sign in again with the password they had.`,
        row.liveKeys === 0
          ? "They have no API keys here to bring back."
          : `${plural(row.liveKeys, "API key")} of theirs in this project work again.`,
      ]}
      confirmLabel="Enable account"
      onConfirm={() => enable.mutateAsync({ userId: row.userId })}
    />
  );
}
