"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { RoleSelect } from "#components/projects/role-select.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatExact } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { InviteMember } from "#server/projects/input.ts";

type Sent = { email: string; link: string; expiresAt: Date };

/** Makes a one-time link to hand over; LargeForge sends no e-mail. */
export function InviteDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [sent, setSent] = useState<Sent>();
  function close() {
    onOpenChange(false);
    setSent(undefined);
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={sent ? "The link is ready" : "Invite somebody"}
      description={
        sent
          ? `Send it to ${sent.email} yourself: it is shown this once and works once.`
          : "You get a link to hand over; nothing is sent by e-mail."
      }
    >
      {sent ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <CodeWell copy={sent.link} label="invitation link">
            {sent.link}
          </CodeWell>
          <p className="text-ink-3 text-xs">Valid until {formatExact(sent.expiresAt)}. A new invitation replaces it.</p>
          <div className="flex justify-end">
            <Button variant="primary" onClick={close}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <InviteForm onSent={setSent} onCancel={close} />
      )}
    </Dialog>
  );
}

function InviteForm({ onSent, onCancel }: { onSent: (sent: Sent) => void; onCancel: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const invite = useMutation(trpc.projects.invite.mutationOptions());
  const initial: InviteMember = { email: "", role: "engineer" };
  const form = useVerbForm({
    schema: InviteMember,
    initial,
    send: invite.mutateAsync,
    onDone: ({ token, expiresAt }, { email }) => {
      void queryClient.invalidateQueries(trpc.projects.invitations.pathFilter());
      onSent({ email, link: `${window.location.origin}/invite/${token}`, expiresAt });
    },
  });

  return (
    <Form form={form}>
      <Field label="E-mail" error={form.errorAt("email")}>
        <Input {...form.register("email")} type="email" autoComplete="off" autoFocus />
      </Field>
      <Field label="Role" error={form.errorAt("role")}>
        <RoleSelect value={form.typed.role} onChange={(role) => form.set("role", role)} />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Create link
        </Button>
      </div>
    </Form>
  );
}
