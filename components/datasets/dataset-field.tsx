"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "#components/trpc.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Picker } from "#components/ui/picker.tsx";
import { usePickerSearch } from "#components/ui/picker-list.tsx";
import type { AppRouter } from "#server/router.ts";

export type DatasetChoice = inferRouterOutputs<AppRouter>["datasets"]["pickVersion"]["items"][number];

/** Choose a dataset by its newest ready version; with none there, where to upload one. `value` "" is no choice yet. */
export function DatasetField({
  slug,
  value,
  error,
  sizeOf,
  refusalOf,
  onChange,
}: {
  slug: string;
  value: string;
  error?: string | undefined;
  /** its rows, in the words of whoever asks */
  sizeOf: (version: DatasetChoice) => string;
  /** why this one cannot be chosen */
  refusalOf?: (version: DatasetChoice) => string | undefined;
  onChange: (versionId: string, version: DatasetChoice | undefined) => void;
}) {
  const trpc = useTRPC();
  const search = usePickerSearch();
  const query = useQuery(
    trpc.datasets.pickVersion.queryOptions(
      { search: search.search, ...(value ? { chosen: value } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  const none = query.data?.total === 0 && search.search === "";
  return (
    <Field
      label="Dataset"
      error={error}
      hint={
        none ? (
          <TextLink href={`/${slug}/datasets/new`}>Upload one first</TextLink>
        ) : (
          "The newest ready version of each."
        )
      }
    >
      <Picker
        value={value}
        onChoose={(id) =>
          onChange(
            id,
            query.data?.items.find((version) => version.id === id),
          )
        }
        search={search}
        noun="dataset"
        placeholder="Choose a dataset"
        query={query}
        options={query.data?.items.map((version) => {
          const disabledReason = refusalOf?.(version);
          return {
            value: version.id,
            label: `${version.name} v${version.version}`,
            hint: sizeOf(version),
            ...(disabledReason ? { disabledReason } : {}),
          };
        })}
      />
    </Field>
  );
}
