"use client";
import { useMutation } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { FormError } from "#components/form/form.tsx";
import type { MemberRow } from "#components/projects/rows.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { formatExact } from "#components/ui/format.ts";

/** Makes a one-time link for a lost password, to hand over; shown this once. */
export function ResetPassword({ row, onClose }: { row: MemberRow; onClose: () => void }) {
  const trpc = useTRPC();
  const reset = useMutation(trpc.people.resetPassword.mutationOptions());
  const made = reset.data;
  const link = made && `${window.location.origin}/reset/${made.token}`;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={made ? "The link is ready" : `Reset ${row.name}’s password?`}
      description={
        made
          ? `Send it to ${made.email} yourself: it is shown this once and works once.`
          : "You get a link with which they set a new one; nothing is sent by e-mail. Their current password works until then."
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {link && (
          <>
            <CodeWell copy={link} label="password link">
              {link}
            </CodeWell>
            <p className="text-ink-3 text-xs">
              Valid until {formatExact(made.expiresAt)}. When it is used, every session of theirs ends.
            </p>
          </>
        )}
        <FormError>{reset.error ? failureOf(reset.error).message : undefined}</FormError>
        <div className="flex flex-wrap justify-end gap-2">
          {!made && <Button onClick={onClose}>Cancel</Button>}
          {made ? (
            <Button variant="primary" onClick={onClose}>
              Done
            </Button>
          ) : (
            <Button variant="primary" pending={reset.isPending} onClick={() => reset.mutate({ userId: row.userId })}>
              Create link
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
