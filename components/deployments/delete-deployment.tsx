"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DeleteButton, DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useTRPC } from "#components/trpc.tsx";

/** Takes a retired deployment out of every list; the calls it answered stay in the log. */
export function DeleteDeployment({ slug, deployment }: { slug: string; deployment: string }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const affects = useQuery(trpc.deployments.deleteAffects.queryOptions({ deployment }, whileOpen(open)));
  const remove = useMutation(trpc.deployments.delete.mutationOptions());
  return (
    <>
      <DeleteButton procedure="deployments.delete" onAsk={() => setOpen(true)} />
      <DeleteDialog
        open={open}
        onOpenChange={setOpen}
        noun="deployment"
        affects={affects}
        onDelete={() => remove.mutateAsync({ deployment })}
        goTo={`/${slug}/deployments`}
        stale={trpc.deployments.list.pathFilter()}
      />
    </>
  );
}
