"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { DatasetData } from "#components/datasets/data.ts";
import { validationShares } from "#components/datasets/upload/import-choices.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { notify } from "#components/ui/toast.tsx";

/** Choose another share of the shown version's rows for validation: a new version of the same file, or one that has it. */
export function ResplitDialog({
  slug,
  dataset,
  open,
  onOpenChange,
}: {
  slug: string;
  dataset: DatasetData;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const { version, name } = dataset;
  const present = String(version.validationShareBp);
  const [share, setShare] = useState(validationShares.find(({ value }) => value !== present)?.value ?? "0");
  const next = Math.max(...dataset.versions.map((one) => one.version)) + 1;
  const resplit = useMutation(
    trpc.datasets.resplit.mutationOptions({
      onSuccess: async (made) => {
        router.push(`/${slug}/datasets/${dataset.id}?version=${made.version}`);
        const done = made.isNew ? `${name} v${made.version} is being imported` : `v${made.version} has this split`;
        notify.done(done);
        await client.invalidateQueries(trpc.datasets.pathFilter());
      },
    }),
  );
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      variant="primary"
      title={`Change the split of v${version.version}`}
      description={`This makes v${next} of ${name} from the same file, ${version.filename}, read the same way and split anew. A version that has the split already is opened instead.`}
      affects={[
        `v${version.version} stays as it is, with the runs and suites made from it`,
        "rows that a suite asks may be trained on in the new version; an eval says when they were",
      ]}
      confirmLabel="Change split"
      disabledReason={share === present ? "This is its split already" : undefined}
      onConfirm={() => resplit.mutateAsync({ versionId: version.id, validationShareBp: Number(share) })}
    >
      <Field label="Validation split">
        <Select value={share} onValueChange={setShare} options={validationShares} />
      </Field>
    </ConfirmDialog>
  );
}
