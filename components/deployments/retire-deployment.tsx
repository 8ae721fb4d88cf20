"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { DeploymentData } from "#components/deployments/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";
import { formatMeaning } from "#server/deployments/bare-name.rule.ts";

/** The end of a served name; asks for it, for there is no undo. */
export function RetireDeployment({
  slug,
  deployment,
  rate,
}: {
  slug: string;
  deployment: DeploymentData;
  /** how much it is asked now; null: not at all in the last hour */
  rate: string | null;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("deployments.archive");
  const archive = useMutation(trpc.deployments.archive.mutationOptions());
  const { data: meaning } = useQuery(trpc.deployments.meaningOfName.queryOptions({ name: deployment.name }));
  const count = deployment.revisions.length;
  const button = (
    <Button variant="danger" disabledReason={refusal}>
      Retire
    </Button>
  );
  if (refusal) return button;
  return (
    <ConfirmDialog
      trigger={button}
      title={`Retire ${deployment.name}`}
      description="It ends within a second. What it did stays in the request log and the audit log."
      affects={[
        rate ? `It takes ${rate} now` : "No request came in the last hour",
        meaning === undefined
          ? "What the name means afterwards is being looked up"
          : meaning
            ? `Calls of ${deployment.name} are then answered by ${formatMeaning(meaning)}`
            : `Calls of ${deployment.name} then get “model not found”`,
        `${plural(count, "revision")} ${count === 1 ? "ends" : "end"}; replicas that no other deployment needs are unloaded`,
      ]}
      confirmLabel="Retire deployment"
      typeName={deployment.name}
      onConfirm={async () => {
        const { answeredBy } = await archive.mutateAsync({ deploymentId: deployment.id });
        await client.invalidateQueries(trpc.deployments.pathFilter());
        notify.done(`${deployment.name} is retired`, answeredBy ? `${answeredBy} answers its callers now.` : undefined);
        router.push(`/${slug}/deployments`);
      }}
    />
  );
}
