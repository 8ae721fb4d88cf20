"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PackageOpen } from "lucide-react";
import { failureOf } from "#components/failure.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { notify } from "#components/ui/toast.tsx";

export function SampleCard() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refusal = useRefusal("datasets.useSample");
  const load = useMutation(
    trpc.datasets.useSample.mutationOptions({
      onSuccess: () => {
        notify.done("The sample is being imported");
        return queryClient.invalidateQueries({ queryKey: trpc.ops.home.queryKey() });
      },
    }),
  );
  return (
    <Card title="No data yet?">
      <p className="text-ink-2">
        Load our support-ticket sample: 1,440 short tickets to sort into categories and priorities.
      </p>
      <Button
        className="mt-3"
        icon={<PackageOpen aria-hidden />}
        pending={load.isPending}
        disabledReason={refusal}
        onClick={() => load.mutate()}
      >
        Load sample
      </Button>
      {load.error && (
        <p role="alert" className="mt-2 text-bad text-xs">
          {failureOf(load.error).message}
        </p>
      )}
    </Card>
  );
}
