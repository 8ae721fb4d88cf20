"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleStop, Copy, Pause, Play } from "lucide-react";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { ManageCard } from "#components/manage-card.tsx";
import type { Run } from "#components/runs/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { isFinal } from "#server/runs/status.rule.ts";

/** What can be done with a run as it stands: clone, pause, cancel, resume, open what it made. */
export function RunActions({ slug, run, onChanged }: { slug: string; run: Run; onChanged: () => void }) {
  const trpc = useTRPC();
  const refusal = useRefusal("runs.cancel");
  const cannotStart = useRefusal("runs.start");
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({ onSettled: onChanged }));
  const resume = useMutation(trpc.runs.resume.mutationOptions({ onSettled: onChanged }));
  const pause = useMutation(trpc.runs.pause.mutationOptions({ onSettled: onChanged }));
  const canPause = run.status === "queued" || run.status === "running";
  const canCancel = canPause || run.status === "pausing" || run.status === "paused";
  const canResume = run.status === "paused" || run.status === "cancelled" || run.status === "failed";
  return (
    <>
      <ButtonLink href={`/${slug}/runs/new?from=${run.id}`} icon={<Copy aria-hidden />} disabledReason={cannotStart}>
        Clone
      </ButtonLink>
      {canPause && (
        <Button
          icon={<Pause aria-hidden />}
          pending={pause.isPending}
          disabledReason={refusal}
          onClick={() => pause.mutate({ runId: run.id })}
        >
          Pause
        </Button>
      )}
      {canCancel && (
        <ConfirmDialog
          trigger={
            <Button variant="danger" icon={<CircleStop aria-hidden />} disabledReason={refusal}>
              Cancel
            </Button>
          }
          title={`Cancel ${run.name}?`}
          affects={
            run.status === "running"
              ? ["The trainer finishes its step and saves a checkpoint", "You can resume from there later"]
              : run.status === "queued"
                ? ["It leaves the queue"]
                : ["Its checkpoint stays: you can resume from there later"]
          }
          confirmLabel="Cancel run"
          cancelLabel="Keep running"
          onConfirm={() => cancel.mutateAsync({ runId: run.id })}
        />
      )}
      {canResume && (
        <Button
          variant="primary"
          icon={<Play aria-hidden />}
          pending={resume.isPending}
          disabledReason={refusal ?? whyNotResumed(run)}
          onClick={() => resume.mutate({ runId: run.id })}
        >
          Resume
        </Button>
      )}
      {run.made && !run.made.deletedAt && (
        <ButtonLink variant="primary" href={`/${slug}/models/${run.made.modelId}`}>
          Open {run.made.name}/{run.made.version}
        </ButtonLink>
      )}
    </>
  );
}

/** What it was trained on or from is gone: resuming would be refused. */
function whyNotResumed({ dataset, validationDataset, base }: Run): string | undefined {
  if (dataset?.deletedAt || validationDataset?.deletedAt) return "Its data was deleted";
  return base?.deletedAt ? "Its base model was deleted" : undefined;
}

/** The end of a run that has ended: its curves, log and checkpoints; the version it became keeps its weights. */
export function ManageRun({ slug, run }: { slug: string; run: Run }) {
  if (!isFinal(run.status)) return null;
  const remove = {
    label: "Delete run",
    says: "Its curves, log and checkpoints are deleted for good. The model version that it became stays.",
    procedure: "runs.delete",
    dialog: (asked: Asked) => <DeleteRun slug={slug} runId={run.id} {...asked} />,
  };
  return <ManageCard leaving={[remove]} />;
}

type Asked = { open: boolean; onOpenChange: (open: boolean) => void };

function DeleteRun({ slug, runId, open, onOpenChange }: Asked & { slug: string; runId: string }) {
  const trpc = useTRPC();
  const affects = useQuery(trpc.runs.deleteAffects.queryOptions({ runId }, whileOpen(open)));
  const remove = useMutation(trpc.runs.delete.mutationOptions());
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="run"
      affects={affects}
      onDelete={() => remove.mutateAsync({ runId })}
      goTo={`/${slug}/runs`}
      stale={trpc.runs.list.pathFilter()}
      gone={[runId]}
    />
  );
}
