"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DeleteButton, DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useTRPC } from "#components/trpc.tsx";

/** The end of an eval with its answers and scores. */
export function DeleteEval({ slug, evalId }: { slug: string; evalId: string }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const affects = useQuery(trpc.evals.deleteAffects.queryOptions({ evalId }, whileOpen(open)));
  const remove = useMutation(trpc.evals.delete.mutationOptions());
  return (
    <>
      <DeleteButton procedure="evals.delete" onAsk={() => setOpen(true)} />
      <DeleteDialog
        open={open}
        onOpenChange={setOpen}
        noun="eval"
        affects={affects}
        onDelete={() => remove.mutateAsync({ evalId })}
        goTo={`/${slug}/evals`}
        stale={trpc.evals.list.pathFilter()}
      />
    </>
  );
}
