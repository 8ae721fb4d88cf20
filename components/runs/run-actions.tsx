"use client";
import { useMutation } from "@tanstack/react-query";
import { CircleStop, Copy, Play } from "lucide-react";
import type { Run } from "#components/runs/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";

/** What can be done with a run as it stands: clone, cancel, resume, open what it made. */
export function RunActions({ slug, run, onChanged }: { slug: string; run: Run; onChanged: () => void }) {
  const trpc = useTRPC();
  const refusal = useRefusal("runs.cancel");
  const cannotStart = useRefusal("runs.start");
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({ onSettled: onChanged }));
  const resume = useMutation(trpc.runs.resume.mutationOptions({ onSettled: onChanged }));
  const canCancel = run.status === "queued" || run.status === "running";
  const canResume = run.status === "cancelled" || run.status === "failed";
  return (
    <>
      <ButtonLink href={`/${slug}/runs/new?from=${run.id}`} icon={<Copy aria-hidden />} disabledReason={cannotStart}>
        Clone
      </ButtonLink>
      {canCancel && (
        <ConfirmDialog
          trigger={
            <Button look="danger" icon={<CircleStop aria-hidden />} disabledReason={refusal}>
              Cancel
            </Button>
          }
          title={`Cancel ${run.name}?`}
          affects={
            run.status === "running"
              ? ["The trainer finishes its step and saves a checkpoint", "You can resume from there later"]
              : ["It leaves the queue"]
          }
          confirmLabel="Cancel run"
          onConfirm={() => cancel.mutateAsync({ runId: run.id })}
        />
      )}
      {canResume && (
        <Button
          look="primary"
          icon={<Play aria-hidden />}
          pending={resume.isPending}
          disabledReason={refusal}
          onClick={() => resume.mutate({ runId: run.id })}
        >
          Resume
        </Button>
      )}
      {run.made && (
        <ButtonLink look="primary" href={`/${slug}/models/${run.made.modelId}`}>
          Open {run.made.name}/{run.made.version}
        </ButtonLink>
      )}
    </>
  );
}
