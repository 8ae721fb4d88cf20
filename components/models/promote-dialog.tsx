"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleHelp, CircleX } from "lucide-react";
import { useState } from "react";
import { failureOf } from "#components/failure.ts";
import { pollMs, type Version } from "#components/models/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button, ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/input.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { notify } from "#components/ui/toast.tsx";

/** The gate's evidence first, then the act: make a version the champion of its model. */
export function PromoteDialog({ slug, version, onClose }: { slug: string; version: Version; onClose: () => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const refusal = useRefusal("promotions.promote");
  const cannotEvaluate = useRefusal("evals.start");
  const stale = () =>
    Promise.all([
      client.invalidateQueries(trpc.models.pathFilter()),
      client.invalidateQueries(trpc.promotions.pathFilter()),
    ]);
  const [reason, setReason] = useState("");
  const gate = useQuery(
    trpc.promotions.gate.queryOptions(
      { version: version.id },
      { refetchInterval: ({ state }) => (state.data?.do === "force" && state.data.evalId ? pollMs : false) },
    ),
  );
  const promote = useMutation(
    trpc.promotions.promote.mutationOptions({
      onSuccess: async () => {
        notify.done(`${version.name} is the champion`);
        onClose();
        await stale();
      },
      onError: stale,
    }),
  );
  const answer = gate.data;
  const forced = answer?.do === "force";
  const modelName = version.name.slice(0, version.name.lastIndexOf("/"));
  const why =
    refusal ??
    (!answer
      ? "The gate is being asked"
      : answer.do === "refuse"
        ? answer.why
        : forced && reason.trim() === ""
          ? "Give the reason for the override"
          : undefined);
  const failure = promote.error ? failureOf(promote.error) : gate.error ? failureOf(gate.error) : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Make ${version.name} the champion?`}
      description={
        answer?.opponent?.as === "champion"
          ? `${modelName} and ${modelName}@champion then mean ${version.name} instead of ${answer.opponent.name}. Deployments keep the revisions and weights they have.`
          : `${modelName} and ${modelName}@champion then mean ${version.name}. Deployments keep the revisions and weights they have.`
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant={forced ? "danger" : "primary"}
            pending={promote.isPending}
            disabledReason={why}
            onClick={() =>
              promote.mutate({
                version: version.id,
                expected: answer?.expected ?? null,
                force: forced,
                reason: forced ? reason : undefined,
              })
            }
          >
            {forced ? "Override the gate and promote" : `Promote ${version.name}`}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {failure && (
          <Banner tone="bad" title="The champion was not moved">
            {failure.message}
          </Banner>
        )}
        {answer ? (
          <ul className="grid gap-3" aria-label="What the gate checked">
            {answer.checks.map((check) => (
              <li key={check.name} className="flex gap-2.5">
                {check.ok ? (
                  <CircleCheck aria-label="passed" className="mt-0.5 size-4 shrink-0 text-ok" />
                ) : answer.do === "force" ? (
                  <CircleHelp aria-label="open" className="mt-0.5 size-4 shrink-0 text-hold" />
                ) : (
                  <CircleX aria-label="not passed" className="mt-0.5 size-4 shrink-0 text-bad" />
                )}
                <div className="min-w-0">
                  <p className="font-medium">{check.name}</p>
                  <p className="text-ink-2">{check.detail}</p>
                </div>
              </li>
            ))}
          </ul>
        ) : (
          <Skeleton className="h-32" />
        )}
        {answer?.evalId && <TextLink href={`/${slug}/evals/${answer.evalId}`}>Open the eval</TextLink>}
        {forced && !answer.evalId && answer.opponent && (
          <div>
            <ButtonLink
              size="sm"
              href={`/${slug}/evals/new?candidate=${version.id}&baseline=${answer.opponent.versionId}`}
              disabledReason={cannotEvaluate}
            >
              Evaluate against {answer.opponent.name}
            </ButtonLink>
          </div>
        )}
        {forced && (
          <Field label="Reason for override" hint="Kept in the audit log with this evidence.">
            <Textarea rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
          </Field>
        )}
      </div>
    </Dialog>
  );
}
