"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { failureOf } from "#components/failure.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { notify } from "#components/ui/toast.tsx";

/** Imports our own support-ticket sample and opens it. */
export function UseSample({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("datasets.useSample");
  const mutation = useMutation(
    trpc.datasets.useSample.mutationOptions({
      onSuccess: async ({ datasetId }) => {
        await client.invalidateQueries(trpc.datasets.list.pathFilter());
        router.push(`/${slug}/datasets/${datasetId}`);
      },
      onError: (error) => notify.failed("The sample was not imported", new Error(failureOf(error).message)),
    }),
  );
  return (
    <Button pending={mutation.isPending} disabledReason={refusal} onClick={() => mutation.mutate()}>
      Use the sample
    </Button>
  );
}
