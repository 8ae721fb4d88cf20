"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Picker } from "#components/ui/picker.tsx";
import { usePickerSearch } from "#components/ui/picker-list.tsx";

/** Choose a suite; `none` lets no suite be a choice. Stands in a Field. */
export function SuitePicker({
  value,
  none,
  onChoose,
}: {
  value: string;
  none?: string;
  onChoose: (suiteId: string) => void;
}) {
  const trpc = useTRPC();
  const search = usePickerSearch();
  const query = useQuery(
    trpc.evals.suites.queryOptions({ search: search.search, chosen: value }, { placeholderData: keepPreviousData }),
  );
  return (
    <Picker
      value={value}
      onChoose={onChoose}
      search={search}
      noun="suite"
      placeholder="Choose a suite"
      {...(none === undefined ? {} : { none: { label: none } })}
      query={query}
      options={query.data?.items.map((suite) => ({
        value: suite.id,
        label: suite.name,
        hint: `${formatNumber(suite.cases)} cases from ${suite.dataset} v${suite.datasetVersion}`,
      }))}
    />
  );
}
