"use client";
import { useQuery } from "@tanstack/react-query";
import { useQueryState } from "nuqs";
import { callerName } from "#components/requests/data.ts";
import { outcomeOptions } from "#components/requests/outcome-chip.tsx";
import { requestFilters } from "#components/requests/request-filters.ts";
import { useTRPC } from "#components/trpc.tsx";
import { ChoiceFilter, FilterBar, SearchFilter } from "#components/ui/filter-bar.tsx";
import { Select } from "#components/ui/select.tsx";

const periods = [
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
] as const;
const kinds = [
  { value: "all", label: "Streaming or not" },
  { value: "stream", label: "Streaming" },
  { value: "whole", label: "Not streaming" },
] as const;

/** Filters live in the URL, so a view can be sent to somebody. */
export function RequestFilterBar() {
  const trpc = useTRPC();
  const { data: choices } = useQuery(trpc.requests.choices.queryOptions());
  const [period, setPeriod] = useQueryState("period", requestFilters.period);
  const [kind, setKind] = useQueryState("kind", requestFilters.kind);
  return (
    <FilterBar>
      <SearchFilter placeholder="Request id or error code" />
      <ChoiceFilter param="outcome" label="Outcome" options={outcomeOptions} />
      <ChoiceFilter
        param="model"
        label="Requested model"
        options={(choices?.models ?? []).map((model) => ({ value: model, label: model }))}
      />
      <ChoiceFilter
        param="revision"
        label="Revision"
        options={(choices?.revisions ?? []).map(({ id, number, deployment }) => ({
          value: id,
          label: `${deployment} v${number}`,
        }))}
      />
      <ChoiceFilter
        param="actor"
        label="Caller"
        options={(choices?.actors ?? []).map(({ actor, name }) => ({ value: actor, label: callerName(actor, name) }))}
      />
      <div className="flex w-full flex-wrap gap-2 md:ml-auto md:w-auto">
        <Select
          aria-label="Kind"
          className="w-auto min-w-36"
          value={kind}
          onValueChange={(next) => void setKind(next)}
          options={kinds}
        />
        <Select
          aria-label="Time"
          className="w-auto min-w-36"
          value={period}
          onValueChange={(next) => void setPeriod(next)}
          options={periods}
        />
      </div>
    </FilterBar>
  );
}
