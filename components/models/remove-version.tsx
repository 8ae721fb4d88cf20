"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { Model, Version } from "#components/models/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { notify } from "#components/ui/toast.tsx";

/** Takes a failed import away; the last version takes its model with it. */
export function RemoveVersion({ slug, model, version }: { slug: string; model: Model; version: Version }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("models.removeVersion");
  const remove = useMutation(trpc.models.removeVersion.mutationOptions());
  const button = (
    <Button size="sm" disabledReason={refusal}>
      Remove
    </Button>
  );
  if (refusal) return button;
  const isLast = model.versions.length === 1;
  return (
    <ConfirmDialog
      trigger={button}
      title={`Remove ${version.name}`}
      description="Nothing was made of it, so nothing else changes. Why it failed stays in the audit log."
      affects={isLast ? [`${model.name} has no other version and goes too; its name is free again`] : []}
      confirmLabel={`Remove ${version.name}`}
      onConfirm={async () => {
        await remove.mutateAsync({ version: version.id });
        if (isLast) router.push(`/${slug}/models`);
        await client.invalidateQueries(trpc.models.list.pathFilter());
        if (!isLast) await client.invalidateQueries(trpc.models.show.pathFilter());
        notify.done(`${version.name} is removed`);
      }}
    />
  );
}
