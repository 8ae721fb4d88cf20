"use client";

import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useState } from "react";
import type { DeploymentData } from "#components/deployments/data.ts";
import { RevisionMark, SplitBar } from "#components/deployments/split-bar.tsx";
import { useSetWeights, weightsOf } from "#components/deployments/use-set-weights.ts";
import { failureOf } from "#components/failure.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatDurationMs, sentence } from "#components/ui/format.ts";
import { Slider } from "#components/ui/slider.tsx";
import { formatEffect, formatStickiness } from "#server/deployments/effect.rule.ts";
import { judgeWeights, percent, rebalance, type Weights } from "#server/deployments/weights.rule.ts";

const windowMinutes = 60;

/** One slider's move: `from` is what all had before it, `on` the weights in force then. */
type Draft = { on: string; from: Weights; revisionId: string; toBps: number };

/** What a draft on weights that moved would still change; null: nothing, its share is what is there now. */
function lostBy(draft: Draft, revisions: DeploymentData["revisions"]) {
  const live = revisions.find((revision) => revision.id === draft.revisionId);
  return live?.weightBps === draft.toBps ? null : { live };
}

/** The split as it is, and the sliders that prepare another; nothing moves before "Apply". */
export function TrafficCard({ deployment, requests }: { deployment: DeploymentData; requests: number }) {
  const { revisions } = deployment;
  const applied = weightsOf(deployment);
  const [draft, setDraft] = useState<Draft | null>(null);
  const { apply, isPending, error, reset } = useSetWeights(deployment);
  const refusal = useRefusal("deployments.setWeights");
  const basis = applied.map((weight) => `${weight.revisionId}:${weight.weightBps}`).join();
  // A draft belongs to the weights it was made on: when those move, by anyone, it is gone, and the card says so.
  const pending = draft?.on === basis ? draft : null;
  const wanted = pending ? rebalance(pending.from, pending.revisionId, pending.toBps) : applied;
  const lost = draft && !pending && !isPending ? lostBy(draft, revisions) : null;
  const effect = formatEffect(revisions, applied, wanted, { requests, windowMinutes });
  const sticky = formatStickiness(revisions, applied, wanted);
  const verdict = judgeWeights(
    revisions.map((revision) => ({ ...revision, name: `v${revision.number}` })),
    applied,
    wanted,
  );
  const failure = error ? failureOf(error) : null;
  const weightOf = (weights: Weights, id: string) => weights.find((one) => one.revisionId === id)?.weightBps ?? 0;
  // Two revisions need one slider, the candidate's; with more, each has its own and the others make room.
  const moved = revisions.length === 2 ? revisions.slice(1) : revisions.length > 2 ? revisions : [];

  /** Moving one slider again starts from where it stood, so what the others have does not depend on the way there. */
  function prepare(revisionId: string, toBps: number) {
    const from = pending?.revisionId === revisionId ? pending.from : wanted;
    setDraft({ on: basis, from, revisionId, toBps });
  }

  function discard() {
    setDraft(null);
    reset();
  }

  async function move(said: string) {
    const moved = await apply(wanted, said.replace(" moves ", " moved ")).then(
      () => true,
      () => false, // the banner says why, and the draft stays
    );
    if (moved) setDraft(null);
  }

  return (
    <Card title="Traffic" aside={<AppliedLine key={basis} />}>
      <div className="grid gap-4">
        <div className="grid grid-cols-[minmax(0,1fr)_5.5rem] items-center gap-x-4 gap-y-2">
          <SplitBar revisions={revisions} />
          <span className="text-ink-3 text-xs">now</span>
        </div>
        {moved.map((revision) => (
          <div key={revision.id} className="grid gap-1.5">
            {moved.length > 1 && (
              <span className="flex items-center gap-2 text-xs">
                <RevisionMark number={revision.number} />v{revision.number}{" "}
                <span className="text-ink-3">
                  {revision.model}/{revision.version}
                </span>
              </span>
            )}
            <Slider
              label={`v${revision.number} share`}
              value={weightOf(wanted, revision.id) / 100}
              applied={revision.weightBps / 100}
              disabled={refusal !== undefined || isPending}
              onChange={(value) => prepare(revision.id, value * 100)}
            />
          </div>
        ))}
        {lost && draft && (
          <Banner
            tone="hold"
            title={`Weights changed meanwhile; your ${percent(draft.toBps)} was discarded`}
            actions={
              <>
                {lost.live && <Button onClick={() => prepare(draft.revisionId, draft.toBps)}>Put it back</Button>}
                <Button onClick={discard}>Leave it</Button>
              </>
            }
          >
            {lost.live
              ? `v${lost.live.number} has ${percent(lost.live.weightBps)} now.`
              : "Its revision is not part of this deployment any more."}
          </Banner>
        )}
        {failure && (
          <Banner tone="bad" title="The traffic was not moved">
            {sentence(failure.message)}
          </Banner>
        )}
        <div className="flex flex-wrap items-center gap-3 border-t pt-3.5">
          <p className="min-w-52 flex-1 text-ink-2" aria-live="polite">
            {moved.length === 0
              ? "All traffic goes to one revision. Add another to move some of it."
              : effect
                ? `${effect} ${sticky ?? ""}`
                : (refusal ??
                  "Move the slider, type a share or use the arrow keys; nothing changes before you apply it.")}
            {effect && verdict.do !== "apply" && <span className="block text-hold">{sentence(verdict.why)}.</span>}
          </p>
          {effect && (
            <span className="flex gap-2">
              <Button onClick={discard}>Discard</Button>
              <Button
                variant="primary"
                pending={isPending}
                disabledReason={verdict.do === "apply" ? refusal : sentence(verdict.why)}
                onClick={() => void move(effect)}
              >
                Apply
              </Button>
            </span>
          )}
        </div>
      </div>
    </Card>
  );
}

const waitingMs = 250;
const calmMs = 5_000;

/** Evidence, not hope: what the gateway itself says about the snapshot it answers from. */
function AppliedLine() {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.deployments.applied.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.reachable && !state.data.current ? waitingMs : calmMs),
      staleTime: 0,
    }),
  );
  if (!data) return null;
  if (!data.reachable) return <span className="text-hold">The gateway does not answer: not known whether applied</span>;
  if (!data.current)
    return (
      <span className="inline-flex items-center gap-1">
        <LoaderCircle aria-hidden className="size-3 animate-spin" />
        The gateway takes it over
      </span>
    );
  const staleMs = Math.round(data.staleMs ?? 0);
  const when = staleMs < calmMs ? "just now" : `${formatDurationMs(staleMs)} ago`;
  return <span>Applied on the gateway, checked {when}</span>;
}
