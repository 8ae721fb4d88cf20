"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleStop, TrendingDown, TrendingUp } from "lucide-react";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { DetailError } from "#components/detail-error.tsx";
import { CaseList } from "#components/evals/case-list.tsx";
import { GraderChart } from "#components/evals/grader-chart.tsx";
import { formatDifference, formatPValue, formatTied } from "#components/evals/grader-text.ts";
import { WinsCard } from "#components/evals/wins-card.tsx";
import { ManageCard } from "#components/manage-card.tsx";
import { DeletedOn, OriginLink } from "#components/origin-link.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { EvalSummary, GraderSummary } from "#db/eval-summary.ts";
import { formatOverlap } from "#server/evals/overlap.rule.ts";
import { fewestCases } from "#server/evals/verdict.rule.ts";

const pollMs = 1_000;

/** One comparison: the verdict in words, then the picture, then every case side by side, regressions first. */
export function EvalDetail({ slug, evalId }: { slug: string; evalId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const cannotCancel = useRefusal("evals.cancel");
  const cannotStart = useRefusal("evals.start");
  const cannotPromote = useRefusal("promotions.promote");
  const query = useQuery(
    trpc.evals.show.queryOptions(
      { evalId },
      { refetchInterval: ({ state }) => (isMoving(state.data?.row.status) ? pollMs : false) },
    ),
  );
  const cancel = useMutation(
    trpc.evals.cancel.mutationOptions({ onSuccess: () => client.invalidateQueries(trpc.evals.show.pathFilter()) }),
  );
  if (query.isPending) return <Skeleton className="m-6 h-96" />;
  if (query.error) return <DetailError thing="eval" path="evals" error={query.error} onRetry={() => query.refetch()} />;
  const { row, suite, candidate, baseline, summary, dataset, datasetId, datasetVersion } = query.data;
  const headline = summary?.graders[0];
  return (
    <Page>
      <Crumb label={`${candidate.name} against ${baseline.name}`} />
      <PageHead
        title={`${candidate.name} against ${baseline.name}`}
        status={<StatusChip status={row.status} />}
        purpose={
          <>
            {suite.name}
            {suite.deletedAt && (
              <>
                {" "}
                (<DeletedOn at={suite.deletedAt} />)
              </>
            )}
            , {formatNumber(suite.cases)} cases from{" "}
            <OriginLink
              href={`/${slug}/datasets/${datasetId}?version=${datasetVersion}`}
              deletedAt={query.data.datasetDeletedAt}
            >
              {dataset} v{datasetVersion}
            </OriginLink>
            , temperature 0, started <RelativeTime at={row.createdAt} /> <ShortId id={row.id} />
          </>
        }
        actions={
          <>
            {isMoving(row.status) && (
              <Button
                variant="danger"
                icon={<CircleStop aria-hidden />}
                pending={cancel.isPending}
                disabledReason={cannotCancel}
                onClick={() => cancel.mutate({ evalId })}
              >
                Cancel
              </Button>
            )}
            <ButtonLink
              href={`/${slug}/evals/new?suite=${suite.id}&baseline=${baseline.versionId}`}
              disabledReason={cannotStart ?? (suite.deletedAt ? `${suite.name} was deleted` : undefined)}
            >
              Compare another
            </ButtonLink>
            {row.status === "succeeded" && (
              <ButtonLink
                variant="primary"
                href={`/${slug}/models/${candidate.modelId}?promote=${candidate.versionId}`}
                disabledReason={cannotPromote ?? (candidate.deletedAt ? `${candidate.name} was deleted` : undefined)}
              >
                Promote {candidate.name}
              </ButtonLink>
            )}
          </>
        }
      />
      {isMoving(row.status) && (
        <Card title="Progress">
          <Progress value={row.casesDone} max={row.casesTotal} label="Calls answered" />
          <p className="mt-2 text-ink-2">
            {formatNumber(row.casesDone)} of {formatNumber(row.casesTotal)} calls. You can leave this page; it goes on.
          </p>
        </Card>
      )}
      {row.error && (
        <Banner tone="bad" title="This eval failed">
          {row.error.message}
        </Banner>
      )}
      {summary && <OverlapBanner summary={summary} candidate={candidate.name} baseline={baseline.name} />}
      {headline && <VerdictBanner headline={headline} candidate={candidate.name} baseline={baseline.name} />}
      {summary && headline && (
        <WithAside
          aside={
            <>
              <WinsCard summary={headline} candidate={candidate.name} baseline={baseline.name} />
              <Card title="Cases in training data">
                {summary.overlap
                  ? `${formatNumber(summary.overlap.candidate)} of ${formatNumber(summary.overlap.cases)} for ${candidate.name}, ${formatNumber(summary.overlap.baseline)} for ${baseline.name}. Only cases that neither was trained on count.`
                  : "Not checked: this eval is from before that was looked up."}
              </Card>
              <Card title="Failed calls">
                {formatNumber(summary.errors.candidate)} of {candidate.name}, {formatNumber(summary.errors.baseline)} of{" "}
                {baseline.name}. A failed call counts as a failed case.
              </Card>
            </>
          }
        >
          <GraderChart graders={summary.graders} candidate={candidate.name} baseline={baseline.name} />
          <CaseList evalId={evalId} headline={headline} candidate={candidate.name} baseline={baseline.name} />
        </WithAside>
      )}
      {!isMoving(row.status) && <ManageEval slug={slug} evalId={row.id} />}
    </Page>
  );
}

/** What the targets had seen before; nothing to say when that is none of the cases. */
function OverlapBanner({ summary, ...names }: { summary: EvalSummary; candidate: string; baseline: string }) {
  const words = formatOverlap(summary.overlap, names);
  if (!words) return null;
  const seen = summary.overlap?.either ?? 0;
  const all = summary.graders[0]?.n === 0;
  return (
    <Banner
      tone="hold"
      title={seen > 0 ? `${all ? "All" : "Some"} cases were in the training data` : "Not checked against training data"}
    >
      {words}
    </Banner>
  );
}

function isMoving(status: string | undefined) {
  return status === "queued" || status === "running";
}

function VerdictBanner({
  headline,
  candidate,
  baseline,
}: {
  headline: GraderSummary;
  candidate: string;
  baseline: string;
}) {
  const { verdict, difference, name, pValue, wins, losses, detectable, needed, n } = headline;
  if (n < fewestCases) {
    return (
      <Banner tone="hold" title={`Insufficient data: n = ${n}.`}>
        A verdict takes at least {fewestCases} cases that neither {candidate} nor {baseline} was trained on.
      </Banner>
    );
  }
  const words = {
    better: { tone: "ok", title: `${candidate} is better: ${formatDifference(difference)} in ${name}.` },
    worse: { tone: "bad", title: `${candidate} is worse: ${formatDifference(difference)} in ${name}.` },
    "not worse": {
      tone: "ok",
      title: `${candidate} is not worse than ${baseline}: ${formatDifference(difference)} in ${name}.`,
    },
    "cannot tell": { tone: "hold", title: `Cannot tell yet: ${formatDifference(difference)} in ${name}, n = ${n}.` },
  } as const;
  const { tone, title } = words[verdict];
  return (
    <Banner
      tone={tone}
      title={title}
      icon={verdict === "worse" ? <TrendingDown aria-hidden /> : <TrendingUp aria-hidden />}
    >
      {pValue !== null && `McNemar exact ${formatPValue(pValue)}, `}
      {formatNumber(wins)} cases won, {formatNumber(losses)} lost, {formatTied(headline)}.
      {verdict === "cannot tell" &&
        (wins + losses === 0
          ? " The two never disagreed, so no number of such cases can tell them apart."
          : ` Smallest difference these cases could show: ${formatNumber(detectable * 100, 1)} points${
              needed === null ? "" : `; a difference of this size needs about ${formatNumber(needed)} cases`
            }.`)}
    </Banner>
  );
}

/** The end of an eval with its answers and scores. */
function ManageEval({ slug, evalId }: { slug: string; evalId: string }) {
  const remove = {
    label: "Delete eval",
    says: "Its answers and scores are deleted for good. The suite and the versions stay.",
    procedure: "evals.delete",
    dialog: (asked: Asked) => <DeleteEval slug={slug} evalId={evalId} {...asked} />,
  };
  return <ManageCard leaving={[remove]} />;
}

type Asked = { open: boolean; onOpenChange: (open: boolean) => void };

function DeleteEval({ slug, evalId, open, onOpenChange }: Asked & { slug: string; evalId: string }) {
  const trpc = useTRPC();
  const affects = useQuery(trpc.evals.deleteAffects.queryOptions({ evalId }, whileOpen(open)));
  const remove = useMutation(trpc.evals.delete.mutationOptions());
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="eval"
      affects={affects}
      onDelete={() => remove.mutateAsync({ evalId })}
      goTo={`/${slug}/evals`}
      stale={trpc.evals.list.pathFilter()}
      gone={[evalId]}
    />
  );
}
