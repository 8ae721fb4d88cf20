"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc.tsx";
import { Picker } from "#components/ui/picker.tsx";
import { usePickerSearch } from "#components/ui/picker-list.tsx";

/** Any name that an API call may ask for, found by typing; a name that is not listed can be asked for too. */
export function ModelPicker({
  label,
  value,
  onChoose,
}: {
  label: string;
  value: string;
  onChoose: (name: string) => void;
}) {
  const search = usePickerSearch();
  const trpc = useTRPC();
  const query = useQuery(
    trpc.routing.callable.queryOptions({ search: search.search }, { placeholderData: keepPreviousData }),
  );
  const names = query.data?.items.map((choice) => ({
    value: choice.name,
    label: choice.name,
    hint: choice.note,
    group: choice.group,
    ...(choice.notCallable === null ? {} : { disabledReason: choice.notCallable }),
  }));
  const wanted = search.search;
  const held =
    value !== "" && names && !names.some((choice) => choice.value === value) ? [{ value, label: value }] : [];
  const other = wanted !== "" && names && !names.some((choice) => choice.value === wanted);
  return (
    <Picker
      label={label}
      value={value}
      onChoose={onChoose}
      search={search}
      noun="model"
      placeholder="Choose a model"
      searchPlaceholder="A deployment, model or version …"
      query={query}
      options={
        names && [
          ...held,
          ...names,
          ...(other ? [{ value: wanted, label: `Ask for “${wanted}”`, shownAs: wanted }] : []),
        ]
      }
      {...(value ? { none: { label: "Leave this side empty" } } : {})}
    />
  );
}
