"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { type ComponentProps, useMemo } from "react";
import { type AuditRow, auditColumns } from "#components/audit/audit-columns.tsx";
import type { auditFilters } from "#components/audit/audit-filters.ts";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { ChoiceFilter } from "#components/ui/filter-bar.tsx";
import { shortId } from "#components/ui/format.ts";
import { PickerFilter, usePickerFilter } from "#components/ui/picker-filter.tsx";
import type { PickerOption, PickerQuery } from "#components/ui/picker-list.tsx";
import { Select } from "#components/ui/select.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { auditAreas } from "#server/audit/input.ts";
import type { Area } from "#server/signals/actions.ts";

const periods = [
  { value: "all", label: "Any time" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "90d", label: "Last 90 days" },
] as const;
const outcomes = [
  { value: "done", label: "Done" },
  { value: "refused", label: "Refused" },
];

const areaLabels: Readonly<Record<Area, string>> = {
  people: "Accounts",
  projects: "Projects",
  keys: "Keys",
  files: "Files",
  uploads: "Uploads",
  datasets: "Datasets",
  runs: "Runs",
  evals: "Evals",
  models: "Models",
  promotions: "Promotions",
  deployments: "Deployments",
  feedback: "Feedback",
  economics: "Prices",
  playground: "Playground",
};

const options = { ...paged, placeholderData: keepPreviousData };

export function ProjectAudit() {
  const trpc = useTRPC();
  const list = useList(lists.audit);
  const query = useInfiniteQuery(trpc.audit.list.infiniteQueryOptions(list.input, options));
  const who = usePickerFilter("actor");
  const { enabled, ...ask } = who.ask;
  const actors = useQuery(trpc.audit.actors.queryOptions(ask, { enabled, placeholderData: keepPreviousData }));
  return <AuditTable query={query} list={list} who={who} actors={actors} areas={auditAreas} />;
}

/** What happened outside any project: accounts, sign-ins, lock-outs. */
export function InstallationAudit() {
  const trpc = useTRPC();
  const list = useList(lists.audit);
  const query = useInfiniteQuery(trpc.audit.installation.infiniteQueryOptions(list.input, options));
  const who = usePickerFilter("actor");
  const { enabled, ...ask } = who.ask;
  const actors = useQuery(
    trpc.audit.installationActors.queryOptions(ask, { enabled, placeholderData: keepPreviousData }),
  );
  return <AuditTable query={query} list={list} who={who} actors={actors} areas={["people"]} />;
}

function AuditTable({
  query,
  list,
  who,
  actors,
  areas,
}: {
  query: ComponentProps<typeof ResourceList<AuditRow>>["query"];
  list: ReturnType<typeof useList<string, typeof auditFilters, object>>;
  who: ReturnType<typeof usePickerFilter>;
  actors: PickerQuery & { data: { items: PickerOption[] } | undefined };
  areas: readonly Area[];
}) {
  const { slug } = useProject();
  const columns = useMemo(() => auditColumns(slug), [slug]);
  const { filters, setFilters } = list;
  const rows = query.data?.pages[0]?.items;
  return (
    <ResourceList
      filters={
        <>
          <PickerFilter label="Who" noun="actor" state={who} query={actors} options={actors.data?.items} />
          {areas.length > 1 && (
            <ChoiceFilter
              param="area"
              label="Area"
              options={areas.map((area) => ({ value: area, label: areaLabels[area] }))}
            />
          )}
          <ChoiceFilter param="outcome" label="Outcome" options={outcomes} />
          {filters.target && (
            <Button size="sm" onClick={() => void setFilters({ target: null })}>
              Only {rows?.[0]?.targetName ?? shortId(filters.target)}: show all
            </Button>
          )}
          <Select
            aria-label="Time"
            className="w-auto min-w-36 md:ml-auto"
            value={filters.period}
            onValueChange={(period) => void setFilters({ period })}
            options={periods}
          />
        </>
      }
      label="Audit log"
      columns={columns}
      query={query}
      noun="row"
      rowId={(row) => row.id}
      {...list.table}
      empty={
        <EmptyState icon={<ScrollText aria-hidden />} title="Nothing has happened yet">
          Every change, and every attempt that was refused, is written here with who made it.
        </EmptyState>
      }
    />
  );
}
