"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { parseAsInteger, useQueryState } from "nuqs";
import { useState } from "react";
import { ArchivedBanner } from "#components/datasets/archive-dataset.tsx";
import { type DatasetData, isMoving, type VersionData } from "#components/datasets/data.ts";
import { DatasetActions } from "#components/datasets/dataset-actions.tsx";
import { DatasetAside } from "#components/datasets/dataset-aside.tsx";
import { ImportProgress, rowsSoFar } from "#components/datasets/import-progress.tsx";
import { ManageDataset } from "#components/datasets/manage-dataset.tsx";
import { OverviewTab } from "#components/datasets/overview-tab.tsx";
import { ResplitDialog } from "#components/datasets/resplit-dataset.tsx";
import { ProblemsCard, ReviewBadRows } from "#components/datasets/review-bad-rows.tsx";
import { ReviewMapping } from "#components/datasets/review-mapping.tsx";
import { RowsTab } from "#components/datasets/rows-tab.tsx";
import { canResplit } from "#components/datasets/trainable.rule.ts";
import { VersionsTab } from "#components/datasets/versions-tab.tsx";
import { DetailError } from "#components/detail-error.tsx";
import { useLive } from "#components/live.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { Fact, Facts } from "#components/ui/facts.tsx";
import { formatBytes, formatNumber, sentence } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { shapeLabels } from "#server/datasets/shapes/canonical.rule.ts";
import { nothingToTrain } from "#server/datasets/split.rule.ts";

const movingEveryMs = 1_000;

/** One version of a dataset: while it is imported, while a person must decide, and when it is ready. */
export function DatasetDetail({ slug, id }: { slug: string; id: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { id: projectId } = useProject();
  const [number] = useQueryState("version", parseAsInteger);
  const query = useQuery(
    trpc.datasets.show.queryOptions(
      { ref: id, ...(number ? { version: number } : {}) },
      { refetchInterval: ({ state }) => (state.data && isMoving(state.data.version.status) ? movingEveryMs : false) },
    ),
  );
  useLive(`project:${projectId}`, () => void client.invalidateQueries(trpc.datasets.show.pathFilter()));
  const dataset = query.data;
  if (!dataset) {
    if (query.error) return <DetailError thing="dataset" path="datasets" error={query.error} onRetry={query.refetch} />;
    return (
      <Page>
        <Skeleton className="h-96" />
      </Page>
    );
  }
  const { version } = dataset;
  const nothing = nothingToTrain(version);
  return (
    <Page>
      <Crumb label={dataset.name} />
      <PageHead
        title={
          <>
            {dataset.name} <span className="font-mono font-normal text-base text-ink-3">v{version.version}</span>
          </>
        }
        status={<StatusChip status={version.state} />}
        purpose={
          <>
            From {version.filename}, <RelativeTime at={version.createdAt} /> <ShortId id={version.id} />
          </>
        }
        actions={<DatasetActions slug={slug} dataset={dataset} />}
      />
      {dataset.archivedAt && <ArchivedBanner dataset={dataset} />}
      {version.status === "importing" && <ImportCard dataset={dataset} />}
      {version.refusal && (
        <Banner tone="bad" title={sentence(version.refusal.message)}>
          {version.refusal.remedy} The file itself can be downloaded for seven days.
        </Banner>
      )}
      {version.review === "mapping" && <ReviewMapping key={version.id} version={version} />}
      {version.review === "bad_rows" && <ReviewBadRows version={version} />}
      {nothing && <NothingToTrain slug={slug} dataset={dataset} why={nothing} />}
      <VersionFacts version={version} />
      <VersionBody slug={slug} dataset={dataset} />
      <ManageDataset slug={slug} dataset={dataset} />
    </Page>
  );
}

function NothingToTrain({ slug, dataset, why }: { slug: string; dataset: DatasetData; why: string }) {
  const [open, setOpen] = useState(false);
  const refusal = useRefusal("datasets.resplit");
  const change = (
    <Button
      size="sm"
      disabledReason={refusal ?? (canResplit(dataset) ? undefined : "Restore the dataset first")}
      onClick={() => setOpen(true)}
    >
      Change split
    </Button>
  );
  return (
    <Banner tone="hold" title="This version cannot be trained on" actions={change}>
      {sentence(why)}. Keep a smaller share, or none, to train on it.
      <ResplitDialog slug={slug} dataset={dataset} open={open} onOpenChange={setOpen} />
    </Banner>
  );
}

function VersionFacts({ version }: { version: VersionData }) {
  const read = version.trainRows !== null;
  const twice = version.duplicatesExact ? "" : "at least ";
  return (
    <Facts>
      <Fact label="Shape" value={version.shape ? shapeLabels[version.shape] : "unknown"} muted={!version.shape} />
      <Fact label="Rows" value={rowsSoFar(version)} muted={version.rowsRead === 0} />
      <Fact
        label="With problems"
        value={version.badRows === null ? "not read" : formatNumber(version.badRows)}
        muted={version.badRows === null}
        note={version.badRows && version.status === "ready" ? "set aside" : undefined}
      />
      <Fact
        label="Duplicates"
        value={read ? `${twice}${formatNumber(version.duplicateRows ?? 0)}` : "not read"}
        muted={!read}
        note={version.duplicateRows ? "kept, on the same side of the split" : undefined}
      />
      <Fact label="Size" value={formatBytes(version.sourceBytes)} />
    </Facts>
  );
}

function VersionBody({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const { version } = dataset;
  const versions = { id: "versions", label: "Versions", count: dataset.versions.length } as const;
  const versionsTab = { ...versions, content: <VersionsTab slug={slug} dataset={dataset} /> };
  const hasRows = version.status === "ready" || version.review === "bad_rows";
  const problems = version.problemCount ?? 0;
  if (!hasRows) {
    if (version.status === "refused" && problems > 0) {
      const content = <ProblemsCard slug={slug} version={version} />;
      return (
        <Tabs label="Dataset" tabs={[{ id: "problems", label: "Problems", count: problems, content }, versionsTab]} />
      );
    }
    return dataset.versions.length > 1 ? <VersionsTab slug={slug} dataset={dataset} /> : null;
  }
  const overviewTab = {
    id: "overview",
    label: "Overview",
    content: (
      <WithAside aside={<DatasetAside slug={slug} dataset={dataset} />}>
        <OverviewTab version={version} />
      </WithAside>
    ),
  };
  const good = version.rowsRead - (version.badRows ?? 0);
  const rowsTab = { id: "rows", label: "Rows", count: good, content: <RowsTab version={version} /> };
  const problemsTab = {
    id: "problems",
    label: "Problems",
    count: problems,
    content: problems > 0 ? <ProblemsCard slug={slug} version={version} /> : <NoProblems />,
  };
  // what a person must decide about comes first
  if (version.review) return <Tabs label="Dataset" tabs={[problemsTab, overviewTab, rowsTab, versionsTab]} />;
  return <Tabs label="Dataset" tabs={[overviewTab, rowsTab, problemsTab, versionsTab]} />;
}

function NoProblems() {
  return (
    <Card>
      <EmptyState title="No problems">Every row of the file can be used.</EmptyState>
    </Card>
  );
}

function ImportCard({ dataset }: { dataset: DatasetData }) {
  const { version, name } = dataset;
  return (
    <Card title="Import">
      <div className="grid gap-2">
        <ImportProgress version={version} bytesPerSecond={version.bytesPerSecond} label={`Import of ${name}`} />
        <p className="text-ink-3 text-xs">
          Every row is checked, normalised and put on its side of the split. You can leave this page: the import goes
          on.
        </p>
      </div>
    </Card>
  );
}
