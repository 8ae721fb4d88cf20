"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc.tsx";
import { Picker } from "#components/ui/picker.tsx";
import { usePickerSearch } from "#components/ui/picker-list.tsx";

type Wanted = { value: string; onChoose: (versionId: string) => void };

/** Choose a ready model version by its callable name; bases and champions are always among the first. Stands in a Field. */
export function VersionPicker({ value, onChoose, kind }: Wanted & { kind?: "base" | "tuned" }) {
  const trpc = useTRPC();
  const search = usePickerSearch();
  const query = useQuery(
    trpc.models.pickVersion.queryOptions(
      { search: search.search, ...(kind ? { kind } : {}), ...(value ? { chosen: value } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Picker
      value={value}
      onChoose={onChoose}
      search={search}
      noun={kind === "base" ? "base model" : "model version"}
      placeholder={kind === "base" ? "Choose a base model" : "Choose a model version"}
      query={query}
      options={query.data?.items.map((version) => ({ value: version.id, label: version.name, hint: hintOf(version) }))}
    />
  );
}

/** The same for what is to be served: `refusalOf` and a version that cannot be served yet say why they cannot be chosen. */
export function ServablePicker({
  value,
  onChoose,
  refusalOf,
}: Wanted & { refusalOf: (versionId: string) => string | undefined }) {
  const trpc = useTRPC();
  const search = usePickerSearch();
  const query = useQuery(
    trpc.deployments.servable.queryOptions(
      { search: search.search, ...(value ? { chosen: value } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Picker
      value={value}
      onChoose={onChoose}
      search={search}
      noun="model version"
      placeholder="Choose a model version"
      query={query}
      options={query.data?.items.map((version) => {
        const disabledReason = refusalOf(version.id) ?? version.notServable;
        return {
          value: version.id,
          label: version.name,
          hint: hintOf(version),
          ...(disabledReason ? { disabledReason } : {}),
        };
      })}
    />
  );
}

function hintOf(version: { aliases: readonly string[]; kind: "base" | "tuned" }) {
  return version.aliases.join(", ") || (version.kind === "base" ? "base model" : undefined);
}
