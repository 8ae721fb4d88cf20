"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeploymentData, RevisionData } from "#components/deployments/data.ts";
import { RevisionMark } from "#components/deployments/split-bar.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { LinkButton, TextLink } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatBytes, plural, sentence, shortId } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";
import { formatProof, ProbeReport } from "#server/deployments/probe.rule.ts";
import { percent } from "#server/deployments/weights.rule.ts";

/** Who answers, on which host, and what the load proved. */
export function RevisionsCard({ slug, deployment }: { slug: string; deployment: DeploymentData }) {
  return (
    <Card title="Revisions" flush>
      <CardRows>
        {deployment.revisions.map((revision) => (
          <CardRow key={revision.id} className="items-start">
            <span className="flex h-5 items-center">
              <RevisionMark number={revision.number} />
            </span>
            <div className="grid min-w-0 flex-1 gap-1">
              <div>
                <b className="font-medium">v{revision.number}</b>{" "}
                <TextLink href={`/${slug}/models/${revision.modelId}`}>
                  {revision.model}/{revision.version}
                </TextLink>{" "}
                <span className="text-ink-3 text-xs">{revision.aliases.join(", ")}</span>
              </div>
              <div className="text-ink-3 text-xs">{revision.base ? `adapter on ${revision.base}` : "base model"}</div>
              <Replicas revision={revision} />
              {revision.weightBps === 0 && !deployment.archivedAt && <Retire revision={revision} />}
            </div>
            <span className={`tabular-nums ${revision.weightBps === 0 ? "text-ink-3" : ""}`}>
              {percent(revision.weightBps)}
            </span>
          </CardRow>
        ))}
        {deployment.revisions.length === 0 && <CardRow className="text-ink-3">No live revision</CardRow>}
      </CardRows>
      {deployment.retired.length > 0 && (
        <details className="border-t px-4 py-2.5 text-xs">
          <summary className="cursor-pointer text-ink-3">
            {plural(deployment.retired.length, "retired revision")}
          </summary>
          <ul className="mt-1.5 grid gap-1 text-ink-2">
            {deployment.retired.map((revision) => (
              <li key={revision.id}>
                v{revision.number} {revision.model}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

function Replicas({ revision }: { revision: RevisionData }) {
  if (revision.replicas.length === 0)
    return <p className="text-hold text-xs">No replica yet: waits for an inference host with room</p>;
  return (
    <ul className="grid gap-1.5">
      {revision.replicas.map((replica) => (
        <li key={replica.id} className="grid gap-0.5 text-xs">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <StatusChip status={replica.hostLive ? replica.status : "down"} />
            <span className="text-ink-3" title={`${replica.hostId}, ${replica.device}`}>
              {replica.hostLive ? "on" : "its host is gone:"} {shortId(replica.hostId)}
              {replica.status === "ready" && replica.memoryBytes ? `, ${formatBytes(replica.memoryBytes)}` : ""}
            </span>
          </span>
          {replica.status === "ready" && <Proof probe={replica.probe} tuned={revision.base !== null} />}
          {replica.status === "failed" && replica.error && (
            <span className="text-bad">
              {sentence(replica.error.message)}.{replica.error.hint ? ` ${sentence(replica.error.hint)}.` : ""} Tried{" "}
              {plural(replica.failures, "time")}, tries again by itself.
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Proof({ probe, tuned }: { probe: Record<string, unknown> | null; tuned: boolean }) {
  if (!tuned) return null;
  const { proved, words } = formatProof(ProbeReport.safeParse(probe).data ?? null);
  return <span className={proved ? "text-ink-3" : "text-hold"}>{words}</span>;
}

function Retire({ revision }: { revision: RevisionData }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const refusal = useRefusal("deployments.retireRevision");
  const retire = useMutation(trpc.deployments.retireRevision.mutationOptions());
  if (refusal) return null;
  return (
    <ConfirmDialog
      trigger={<LinkButton className="justify-self-start text-xs">Retire v{revision.number}</LinkButton>}
      title={`Retire v${revision.number}`}
      description={`${revision.model}/${revision.version} leaves this deployment. It has no traffic now.`}
      affects={["Its replica is unloaded when no other deployment needs it"]}
      confirmLabel="Retire revision"
      onConfirm={async () => {
        await retire.mutateAsync({ revisionId: revision.id });
        await client.invalidateQueries(trpc.deployments.pathFilter());
        notify.done(`v${revision.number} is retired`);
      }}
    />
  );
}
