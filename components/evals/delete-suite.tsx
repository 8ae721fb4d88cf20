"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useTRPC } from "#components/trpc.tsx";

/** The end of a suite; the evals on it keep their results. Open while `suite`, an id, is given. */
export function DeleteSuite({ suite, onClose }: { suite: string | null; onClose: () => void }) {
  const trpc = useTRPC();
  const which = { suite: suite ?? "" };
  const affects = useQuery(trpc.evals.deleteSuiteAffects.queryOptions(which, whileOpen(suite !== null)));
  const remove = useMutation(trpc.evals.deleteSuite.mutationOptions());
  return (
    <DeleteDialog
      open={suite !== null}
      onOpenChange={(open) => !open && onClose()}
      noun="suite"
      affects={affects}
      onDelete={() => remove.mutateAsync(which)}
      stale={trpc.evals.suites.pathFilter()}
    />
  );
}
