"use client";
import type { VersionData } from "#components/datasets/data.ts";
import { useDecide } from "#components/datasets/use-decide.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";

/** Refuse a version that needs review; the file itself stays downloadable. */
export function RefuseVersion({ version }: { version: VersionData }) {
  const decide = useDecide();
  const refusal = useRefusal("datasets.decide");
  if (refusal) return <Button disabledReason={refusal}>Refuse the file</Button>;
  return (
    <ConfirmDialog
      trigger={<Button variant="danger">Refuse the file</Button>}
      title={`Refuse version ${version.version}?`}
      description="It cannot be trained on. The uploaded file stays and can be downloaded; a corrected one becomes the next version."
      confirmLabel="Refuse the file"
      onConfirm={() => decide.mutateAsync({ versionId: version.id, decision: { do: "refuse" } })}
    />
  );
}
