"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { failureOf } from "#components/failure.ts";
import { keyLine } from "#components/projects/key-line.ts";
import { MemberPicker } from "#components/projects/member-picker.tsx";
import type { MemberRow } from "#components/projects/rows.ts";
import { useTRPC } from "#components/trpc.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { plural } from "#components/ui/format.ts";
import { useNow } from "#components/ui/relative-time.tsx";
import { notify } from "#components/ui/toast.tsx";

const mostNamed = 8;

/** Ends a membership; their keys are named, and end with it unless another member takes them over. */
export function RemoveMember({ row, onClose }: { row: MemberRow; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const now = new Date(useNow());
  const [keysTo, setKeysTo] = useState("");
  const keys = useQuery(trpc.keys.ofMember.queryOptions({ userId: row.userId }));
  const remove = useMutation(
    trpc.projects.removeMember.mutationOptions({
      onSuccess: ({ keysRevoked, keysTransferred }) => {
        const words = [
          keysRevoked > 0 && `${plural(keysRevoked, "API key")} revoked.`,
          keysTransferred > 0 && `${plural(keysTransferred, "API key")} handed over.`,
        ];
        notify.done(`${row.name} is no longer a member`, words.filter(Boolean).join(" ") || undefined);
        void queryClient.invalidateQueries(trpc.projects.members.pathFilter());
        void queryClient.invalidateQueries(trpc.projects.invitations.pathFilter());
        void queryClient.invalidateQueries(trpc.keys.list.pathFilter());
      },
    }),
  );
  const items = keys.data?.items ?? [];
  const more = items.length - mostNamed;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${row.name}?`}
      affects={[
        `${row.email} can no longer open this project, from the next click on.`,
        "Invitations they sent that nobody has used are taken back.",
        ...(keys.isPending ? ["Looking for their API keys …"] : []),
        ...(keys.error ? [`Their API keys could not be read: ${failureOf(keys.error).message}`] : []),
        ...(keys.data && items.length === 0 ? ["They have no API keys here that work."] : []),
        ...items.slice(0, mostNamed).map((key) => keyLine(key, now)),
        ...(more > 0 ? [`and ${plural(more, "more key", "more keys")}`] : []),
      ]}
      confirmLabel="Remove member"
      onConfirm={() => remove.mutateAsync({ userId: row.userId, keysTo: keysTo || null })}
    >
      {items.length > 0 && (
        <Field
          label={items.length === 1 ? "Who takes over their API key" : `Who takes over their ${items.length} API keys`}
          hint={keysTo ? "They go on working, within the role of whoever takes them over." : undefined}
        >
          <MemberPicker
            value={keysTo}
            onChoose={setKeysTo}
            none={{ label: "Nobody: revoke", hint: "Every program that uses them is refused within a second" }}
            refusalOf={(member) =>
              member.userId === row.userId
                ? "They are leaving"
                : member.disabled
                  ? "Their account is disabled"
                  : undefined
            }
          />
        </Field>
      )}
    </ConfirmDialog>
  );
}
