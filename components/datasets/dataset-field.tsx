import type { DatasetRow } from "#components/datasets/data.ts";
import { TextLink } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";

/** Choose a dataset by its newest ready version; with none there, where to upload one. `value` "" is no choice yet. */
export function DatasetField({
  slug,
  datasets,
  value,
  error,
  sizeOf,
  refusalOf,
  onChange,
}: {
  slug: string;
  datasets: readonly DatasetRow[] | undefined;
  value: string;
  error?: string | undefined;
  /** its rows, in the words of whoever asks */
  sizeOf: (latest: DatasetRow["latest"]) => string;
  /** why this one cannot be chosen */
  refusalOf?: (latest: DatasetRow["latest"]) => string | undefined;
  onChange: (versionId: string) => void;
}) {
  return (
    <Field
      label="Dataset"
      error={error}
      hint={
        datasets?.length === 0 ? (
          <TextLink href={`/${slug}/datasets`}>Upload one first</TextLink>
        ) : (
          "The newest ready version of each."
        )
      }
    >
      <Select
        value={value || undefined}
        onValueChange={onChange}
        options={(datasets ?? []).map(({ name, latest }) => {
          const disabledReason = refusalOf?.(latest);
          return {
            value: latest.id,
            label: `${name} v${latest.version}`,
            hint: sizeOf(latest),
            ...(disabledReason ? { disabledReason } : {}),
          };
        })}
      />
    </Field>
  );
}
