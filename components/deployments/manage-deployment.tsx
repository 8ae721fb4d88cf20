"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Archive } from "lucide-react";
import { useRouter } from "next/navigation";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import type { DeploymentData } from "#components/deployments/data.ts";
import { ManageCard } from "#components/manage-card.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";
import { formatMeaning } from "#server/deployments/bare-name.rule.ts";

type Asked = { open: boolean; onOpenChange: (open: boolean) => void };

/** The two ends of a served name: retired it answers nobody, deleted it leaves every list. */
export function ManageDeployment({
  slug,
  deployment,
  rate,
}: {
  slug: string;
  deployment: DeploymentData;
  /** how much it is asked now; null: not at all in the last hour */
  rate: string | null;
}) {
  const retire = {
    label: "Retire deployment",
    says: "It ends within a second and takes no calls any more. What it served stays in the logs.",
    procedure: "deployments.archive",
    icon: <Archive aria-hidden />,
    dialog: (asked: Asked) => <RetireDialog slug={slug} deployment={deployment} rate={rate} {...asked} />,
  };
  const remove = {
    label: "Delete deployment",
    says: "It leaves every list for good. The calls it answered stay in the request log.",
    procedure: "deployments.delete",
    dialog: (asked: Asked) => <DeleteDeployment slug={slug} deployment={deployment.id} {...asked} />,
  };
  return <ManageCard leaving={[deployment.archivedAt ? remove : retire]} />;
}

/** Asks for the name, for there is no undo. */
function RetireDialog({
  slug,
  deployment,
  rate,
  open,
  onOpenChange,
}: Asked & { slug: string; deployment: DeploymentData; rate: string | null }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const archive = useMutation(trpc.deployments.archive.mutationOptions());
  const { data: meaning } = useQuery(trpc.deployments.meaningOfName.queryOptions({ name: deployment.name }));
  const count = deployment.revisions.length;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
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

/** Takes a retired deployment out of every list; the calls it answered stay in the log. */
function DeleteDeployment({ slug, deployment, open, onOpenChange }: Asked & { slug: string; deployment: string }) {
  const trpc = useTRPC();
  const affects = useQuery(trpc.deployments.deleteAffects.queryOptions({ deployment }, whileOpen(open)));
  const remove = useMutation(trpc.deployments.delete.mutationOptions());
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="deployment"
      affects={affects}
      onDelete={() => remove.mutateAsync({ deployment })}
      goTo={`/${slug}/deployments`}
      stale={trpc.deployments.list.pathFilter()}
      gone={[deployment]}
    />
  );
}
