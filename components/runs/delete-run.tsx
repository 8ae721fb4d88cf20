"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DeleteButton, DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useTRPC } from "#components/trpc.tsx";

/** The end of a run that has ended: its curves, log and checkpoints; the version it became keeps its weights. */
export function DeleteRun({ slug, runId }: { slug: string; runId: string }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const affects = useQuery(trpc.runs.deleteAffects.queryOptions({ runId }, whileOpen(open)));
  const remove = useMutation(trpc.runs.delete.mutationOptions());
  return (
    <>
      <DeleteButton procedure="runs.delete" onAsk={() => setOpen(true)} />
      <DeleteDialog
        open={open}
        onOpenChange={setOpen}
        noun="run"
        affects={affects}
        onDelete={() => remove.mutateAsync({ runId })}
        goTo={`/${slug}/runs`}
        stale={trpc.runs.list.pathFilter()}
      />
    </>
  );
}
