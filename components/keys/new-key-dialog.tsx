"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { NewKey } from "#components/keys/key-rows.ts";
import { NewKeyForm } from "#components/keys/new-key-form.tsx";
import { ShownOnce } from "#components/keys/shown-once.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** First what the key may do, then the key itself, once. While it is shown only its own button closes the window. */
export function NewKeyDialog({
  open,
  onOpenChange,
  apiUrl,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  apiUrl: string;
}) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [made, setMade] = useState<NewKey>();
  const create = useMutation(
    trpc.keys.create.mutationOptions({
      onSuccess: (key) => {
        setMade(key);
        void queryClient.invalidateQueries(trpc.keys.list.pathFilter());
      },
    }),
  );

  function close() {
    onOpenChange(false);
    setMade(undefined);
    create.reset();
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : made ? undefined : close())}
      wide={Boolean(made)}
      title={made ? `Key “${made.name}” is ready` : "Create an API key"}
      description={
        made
          ? "Copy it now: it is shown this once and cannot be read again."
          : "A key belongs to this project and can do no more than your role."
      }
    >
      {made ? (
        <ShownOnce made={made} apiUrl={apiUrl} onDone={close} />
      ) : (
        <NewKeyForm onCreate={(input) => create.mutateAsync(input)} onCancel={close} />
      )}
    </Dialog>
  );
}
