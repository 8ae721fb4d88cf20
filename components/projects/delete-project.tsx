"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DeleteButton, DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";

/** The end of the project on the page with all that is in it; its address is to be typed. */
export function DeleteProject({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const affects = useQuery(trpc.projects.deleteAffects.queryOptions(undefined, whileOpen(open)));
  const remove = useMutation(trpc.projects.delete.mutationOptions({ onSuccess: () => window.location.assign("/") }));
  return (
    <Card title="Delete">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-ink-2">
          Deletes everything in it for good: datasets, runs, models, keys and logged calls. Only the audit log is kept.
        </p>
        <DeleteButton procedure="projects.delete" onAsk={() => setOpen(true)} />
      </div>
      <DeleteDialog
        open={open}
        onOpenChange={setOpen}
        noun="project"
        affects={affects}
        typeName={slug}
        onDelete={() => remove.mutateAsync({ slug })}
        stale={trpc.projects.list.pathFilter()}
      />
    </Card>
  );
}
