"use client";
import { useQuery } from "@tanstack/react-query";
import { Crown, Flame, Rocket, Scale } from "lucide-react";
import { parseAsInteger, parseAsString, useQueryState } from "nuqs";
import { DetailError } from "#components/detail-error.tsx";
import { AliasChip } from "#components/models/alias-chip.tsx";
import { AliasesCard } from "#components/models/aliases-card.tsx";
import { ArtifactsCard } from "#components/models/artifacts-card.tsx";
import { formatSource, isEvalMoving, type Model, pollMs, type Version } from "#components/models/data.ts";
import { DeleteFailed, ManageModel } from "#components/models/delete-model.tsx";
import { EvalsCard } from "#components/models/evals-card.tsx";
import { ImportNote } from "#components/models/import-note.tsx";
import { LineageCard } from "#components/models/lineage-card.tsx";
import { ModelFacts } from "#components/models/model-facts.tsx";
import { NamesCard } from "#components/models/names-card.tsx";
import { PromoteDialog } from "#components/models/promote-dialog.tsx";
import { VersionsCard } from "#components/models/versions-card.tsx";
import { OriginLink } from "#components/origin-link.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button, ButtonLink, TextLink } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { ErrorState } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

/** One registered model: its versions, what they came from, what they are worth, and the acts on the chosen one. */
export function ModelDetail({ slug, modelId }: { slug: string; modelId: string }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.models.show.queryOptions(
      { model: modelId },
      {
        refetchInterval: ({ state }) =>
          state.data?.versions.some((one) => one.status === "importing" || one.evals.some(isEvalMoving))
            ? pollMs
            : false,
      },
    ),
  );
  if (query.isPending) return <Skeleton className="m-6 h-96" />;
  if (query.error)
    return <DetailError thing="model" path="models" error={query.error} onRetry={() => query.refetch()} />;
  return <Shown slug={slug} model={query.data} />;
}

function Shown({ slug, model }: { slug: string; model: Model }) {
  const [number, setNumber] = useQueryState("version", parseAsInteger);
  const [promoting, setPromoting] = useQueryState("promote", parseAsString);
  const cannotImport = useRefusal("models.import");
  const champion = model.versions.find((one) => one.aliases.includes("champion"));
  const asked = model.versions.find((one) => one.id === promoting);
  const version = model.versions.find((one) => one.version === number) ?? asked ?? champion ?? model.versions[0];
  const missing = number !== null && version?.version !== number;
  if (!version)
    return <ErrorState title="This model has no version" message="Its import was never started: import it again." />;
  const promote = (one: Version) => void setPromoting(one.id);
  const evaluateHref = `/${slug}/evals/new?candidate=${version.id}${champion && champion.id !== version.id ? `&baseline=${champion.id}` : ""}`;
  return (
    <Page>
      <Crumb label={model.name} />
      <PageHead
        title={model.name}
        status={
          version.status === "ready" ? (
            version.aliases.map((alias) => <AliasChip key={alias} alias={alias} />)
          ) : (
            <StatusChip status={version.status} />
          )
        }
        purpose={<Purpose slug={slug} model={model} version={version} />}
        actions={
          <ModelActions
            slug={slug}
            isBase={model.kind === "base"}
            version={version}
            evaluateHref={evaluateHref}
            onPromote={promote}
          />
        }
      />
      {missing && (
        <Banner title={`${model.name}/${number} was not found`}>
          It was deleted, or it never existed. This is {version.name}.
        </Banner>
      )}
      {version.status === "failed" && (
        <Banner
          tone="bad"
          title={`${version.name} could not be imported`}
          actions={
            <>
              <ButtonLink
                size="sm"
                href={`/${slug}/models/new?name=${encodeURIComponent(model.name)}`}
                disabledReason={cannotImport}
              >
                Import again
              </ButtonLink>
              <DeleteFailed slug={slug} model={model} version={version} />
            </>
          }
        >
          {version.error?.message} {version.error?.hint}
        </Banner>
      )}
      {version.status === "importing" && (
        <Banner title={`${version.name} is being imported`}>
          <ImportNote name={version.name} version={version} />
          You can leave this page; it goes on.
        </Banner>
      )}
      <ModelFacts model={model} version={version} champion={champion ?? null} />
      <Tabs
        label={`About ${model.name}`}
        tabs={[
          {
            id: "overview",
            label: "Overview",
            content: (
              <>
                <WithAside
                  aside={
                    <>
                      <AliasesCard model={model} version={version} onPromote={promote} />
                      {version.status === "ready" && <NamesCard model={model} version={version} />}
                    </>
                  }
                >
                  <VersionsCard
                    slug={slug}
                    versions={model.versions}
                    chosen={version.id}
                    onChoose={(one) => void setNumber(one.version)}
                    onPromote={promote}
                  />
                </WithAside>
                <LineageCard slug={slug} modelId={model.id} chosen={version.id} />
              </>
            ),
          },
          { id: "files", label: `Files of ${version.name}`, content: <ArtifactsCard version={version} /> },
          {
            id: "evals",
            label: "Evals",
            count: model.versions.reduce((sum, one) => sum + one.evals.length, 0),
            content: <EvalsCard slug={slug} versions={model.versions} evaluateHref={evaluateHref} />,
          },
        ]}
      />
      <ManageModel slug={slug} model={model} version={version} />
      {asked && <PromoteDialog slug={slug} version={asked} onClose={() => void setPromoting(null)} />}
    </Page>
  );
}

function Purpose({ slug, model, version }: { slug: string; model: Model; version: Version }) {
  const { base, dataset } = version;
  return (
    <>
      {base ? (
        <>
          {version.name}, fine-tuned from <TextLink href={`/${slug}/models/${base.modelId}`}>{base.name}</TextLink>
          {dataset && (
            <>
              {" "}
              on{" "}
              <OriginLink
                href={`/${slug}/datasets/${dataset.id}?version=${dataset.version}`}
                deletedAt={dataset.deletedAt}
              >
                {dataset.name}
              </OriginLink>
            </>
          )}
        </>
      ) : (
        <>
          {version.name}, a base model: {formatSource(version.source)}
        </>
      )}{" "}
      <ShortId id={model.id} />
    </>
  );
}

function ModelActions({
  slug,
  isBase,
  version,
  evaluateHref,
  onPromote,
}: {
  slug: string;
  isBase: boolean;
  version: Version;
  evaluateHref: string;
  onPromote: (version: Version) => void;
}) {
  const cannotEvaluate = useRefusal("evals.start");
  const cannotDeploy = useRefusal("deployments.create");
  const cannotTrain = useRefusal("runs.start");
  if (version.status !== "ready") return null;
  const isChampion = version.aliases.includes("champion");
  return (
    <>
      <ButtonLink href={evaluateHref} icon={<Scale aria-hidden />} disabledReason={cannotEvaluate}>
        Evaluate
      </ButtonLink>
      <ButtonLink
        variant={isChampion && !isBase ? "primary" : "outline"}
        href={`/${slug}/deployments/new?model=${version.id}`}
        icon={<Rocket aria-hidden />}
        disabledReason={cannotDeploy}
      >
        Deploy {version.name}
      </ButtonLink>
      {isBase && (
        <ButtonLink
          variant="primary"
          href={`/${slug}/runs/new?base=${version.id}`}
          icon={<Flame aria-hidden />}
          disabledReason={cannotTrain}
        >
          Fine-tune {version.name}
        </ButtonLink>
      )}
      {!isChampion && !isBase && (
        <Button variant="primary" icon={<Crown aria-hidden />} onClick={() => onPromote(version)}>
          Promote {version.name}
        </Button>
      )}
    </>
  );
}
