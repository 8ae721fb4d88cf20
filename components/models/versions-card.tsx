"use client";
import { VerdictChip } from "#components/evals/verdict-chip.tsx";
import { AliasChip } from "#components/models/alias-chip.tsx";
import { formatEval, formatSource, type Version } from "#components/models/data.ts";
import { ImportNote } from "#components/models/import-note.tsx";
import { OriginLink } from "#components/origin-link.tsx";
import { Button, TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { cn } from "#components/ui/cn.ts";
import { CutName } from "#components/ui/cut-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

/** Every version, newest first; a click on its name makes it the one that the page's acts are about. */
export function VersionsCard({
  slug,
  versions,
  chosen,
  onChoose,
  onPromote,
}: {
  slug: string;
  versions: readonly Version[];
  chosen: string;
  onChoose: (version: Version) => void;
  onPromote: (version: Version) => void;
}) {
  return (
    <Card title="Versions" aside={versions.length > 1 ? "choose one to act on it" : undefined} flush>
      <Table>
        <thead>
          <tr>
            <Th>Version</Th>
            <Th>From</Th>
            <Th>Latest eval</Th>
            <Th>Serves</Th>
            <Th className="relative">
              <span className="sr-only">Promote</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <Tr key={version.id} className={cn(version.id === chosen && versions.length > 1 && "bg-accent-soft")}>
              <Td>
                <div className="flex flex-wrap items-center gap-1.5">
                  <button
                    type="button"
                    aria-pressed={version.id === chosen}
                    className="-my-0.5 min-h-6 whitespace-nowrap rounded-sm font-medium hover:underline"
                    onClick={() => onChoose(version)}
                  >
                    {version.name}
                  </button>
                  {version.status !== "ready" && <StatusChip status={version.status} />}
                  {version.aliases.map((alias) => (
                    <AliasChip key={alias} alias={alias} />
                  ))}
                </div>
                <p className="whitespace-nowrap text-ink-3 text-xs">
                  <RelativeTime at={version.createdAt} />
                </p>
                <ImportNote name={version.name} version={version} />
              </Td>
              <Td>
                <From slug={slug} version={version} />
              </Td>
              <Td>
                <LatestEval slug={slug} version={version} />
              </Td>
              <Td>
                {version.deployments.length === 0 && <span className="text-ink-3">nothing</span>}
                {version.deployments.map((one) => (
                  <span key={one.id} className="block whitespace-nowrap">
                    <TextLink href={`/${slug}/deployments/${one.id}`}>{one.name}</TextLink> {one.weightBps / 100} %
                  </span>
                ))}
              </Td>
              <Td className="text-right">
                {version.status === "ready" && !version.aliases.includes("champion") && (
                  <Button size="sm" onClick={() => onPromote(version)}>
                    Promote
                  </Button>
                )}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

function From({ slug, version }: { slug: string; version: Version }) {
  if (!version.run) return <span className="text-ink-2">{formatSource(version.source)}</span>;
  return (
    <div className="grid whitespace-nowrap">
      <OriginLink href={`/${slug}/runs/${version.run.id}`} deletedAt={version.run.deletedAt}>
        <CutName name={version.run.name} />
      </OriginLink>
      {version.dataset && (
        <span className="text-ink-3 text-xs">
          on{" "}
          <OriginLink
            href={`/${slug}/datasets/${version.dataset.id}?version=${version.dataset.version}`}
            deletedAt={version.dataset.deletedAt}
          >
            {version.dataset.name}
          </OriginLink>
        </span>
      )}
    </div>
  );
}

function LatestEval({ slug, version }: { slug: string; version: Version }) {
  const [latest] = version.evals;
  if (!latest) return <span className="text-ink-3">not measured</span>;
  const href = `/${slug}/evals/${latest.id}`;
  if (latest.headline)
    return (
      <div className="flex flex-wrap items-center gap-1.5 tabular-nums">
        <TextLink href={href}>{formatEval(latest)}</TextLink>
        <VerdictChip verdict={latest.headline.verdict} />
      </div>
    );
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <TextLink href={href}>against {latest.baseline}</TextLink>
      <StatusChip status={latest.status} />
    </span>
  );
}
