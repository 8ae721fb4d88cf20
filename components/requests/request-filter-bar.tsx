"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useQueryState } from "nuqs";
import { outcomeOptions } from "#components/requests/outcome-chip.tsx";
import { requestFilters } from "#components/requests/request-filters.ts";
import { useTRPC } from "#components/trpc.tsx";
import { ChoiceFilter, FilterBar, SearchFilter } from "#components/ui/filter-bar.tsx";
import { PickerFilter, usePickerFilter } from "#components/ui/picker-filter.tsx";
import { Select } from "#components/ui/select.tsx";
import type { RequestChoices } from "#server/requests/input.ts";

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
  const [period, setPeriod] = useQueryState("period", requestFilters.period);
  const [kind, setKind] = useQueryState("kind", requestFilters.kind);
  return (
    <FilterBar>
      <SearchFilter placeholder="Request id or error code" />
      <ChoiceFilter param="outcome" label="Outcome" options={outcomeOptions} />
      <RequestChoice of="model" label="Requested model" noun="model" />
      <RequestChoice of="revision" label="Revision" noun="revision" />
      <RequestChoice of="actor" label="Caller" noun="caller" />
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

/** What the last 30 days' calls offer to filter by; the server finds what is typed. */
function RequestChoice({ of, label, noun }: { of: RequestChoices["of"]; label: string; noun: string }) {
  const trpc = useTRPC();
  const state = usePickerFilter(of);
  const { search, chosen, enabled } = state.ask;
  const query = useQuery(
    trpc.requests.choices.queryOptions({ of, search, chosen }, { enabled, placeholderData: keepPreviousData }),
  );
  return <PickerFilter label={label} noun={noun} state={state} query={query} options={query.data?.items} />;
}
