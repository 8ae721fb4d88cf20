"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { DeploymentData } from "#components/deployments/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";

/** The end of a served name; asks for it, for there is no undo. */
export function RetireDeployment({
  slug,
  deployment,
  requestsPerMinute,
}: {
  slug: string;
  deployment: DeploymentData;
  requestsPerMinute: number;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("deployments.archive");
  const archive = useMutation(trpc.deployments.archive.mutationOptions());
  const button = (
    <Button look="danger" disabledReason={refusal}>
      Retire
    </Button>
  );
  if (refusal) return button;
  return (
    <ConfirmDialog
      trigger={button}
      title={`Retire ${deployment.name}`}
      description="The name stops answering within a second. What it did stays in the request log and the audit log."
      affects={[
        requestsPerMinute > 0
          ? `${formatNumber(requestsPerMinute, requestsPerMinute < 10 ? 1 : 0)} requests per minute get “model not found”`
          : "No request came in the last hour",
        `${plural(deployment.revisions.length, "revision")} end; replicas that no other deployment needs are unloaded`,
      ]}
      confirmLabel="Retire deployment"
      typeName={deployment.name}
      onConfirm={async () => {
        await archive.mutateAsync({ deploymentId: deployment.id });
        await client.invalidateQueries(trpc.deployments.pathFilter());
        notify.done(`${deployment.name} is retired`);
        router.push(`/${slug}/deployments`);
      }}
    />
  );
}
