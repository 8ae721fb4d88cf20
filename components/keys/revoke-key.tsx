"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { KeyRow } from "#components/keys/key-rows.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatRelative } from "#components/ui/format.ts";
import { useNow } from "#components/ui/relative-time.tsx";
import { notify } from "#components/ui/toast.tsx";

/** Ends one key; asks for its name, because nothing brings it back. */
export function RevokeKey({ row }: { row: KeyRow }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refusal = useRefusal("keys.revoke");
  const now = new Date(useNow());
  const revoke = useMutation(
    trpc.keys.revoke.mutationOptions({
      onSuccess: () => {
        notify.done(`Key “${row.name}” is revoked`, "The gateway refuses it from now on.");
        void queryClient.invalidateQueries(trpc.keys.list.pathFilter());
      },
    }),
  );
  if (refusal) return null;
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="danger">
          Revoke
        </Button>
      }
      title={`Revoke “${row.name}”?`}
      description="This cannot be undone. Create another key to let the program in again."
      affects={[
        `Every program that sends lf_…${row.last4} is refused within a second.`,
        row.lastUsedAt ? `It was last used ${formatRelative(row.lastUsedAt, now)}.` : "It was never used.",
      ]}
      confirmLabel="Revoke key"
      typeName={row.name}
      onConfirm={() => revoke.mutateAsync({ keyId: row.id })}
    />
  );
}
