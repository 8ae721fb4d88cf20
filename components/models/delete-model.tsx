"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { ManageCard } from "#components/manage-card.tsx";
import type { Model, Version } from "#components/models/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";

/** How the chosen version, or the whole model, leaves; what serves is refused with the remedy. */
export function ManageModel({ slug, model, version }: { slug: string; model: Model; version: Version }) {
  const removeVersion = {
    label: `Delete ${version.name}`,
    says: "This version and its files are deleted for good; the others stay.",
    procedure: "models.deleteVersion",
    dialog: (asked: Asked) => <DeleteModelVersion slug={slug} model={model} version={version} {...asked} />,
  };
  const remove = {
    label: "Delete model",
    says: "The model is deleted for good with all its versions and their files.",
    procedure: "models.delete",
    dialog: (asked: Asked) => <DeleteModel slug={slug} model={model} {...asked} />,
  };
  return <ManageCard leaving={model.versions.length > 1 ? [removeVersion, remove] : [remove]} />;
}

type Asked = { open: boolean; onOpenChange: (open: boolean) => void };

export function DeleteModelVersion({
  slug,
  model,
  version,
  open,
  onOpenChange,
}: Asked & { slug: string; model: Model; version: Version }) {
  const trpc = useTRPC();
  const affects = useQuery(trpc.models.deleteVersionAffects.queryOptions({ version: version.id }, whileOpen(open)));
  const remove = useMutation(trpc.models.deleteVersion.mutationOptions());
  const isLast = model.versions.length === 1;
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun={isLast ? "model" : "model version"}
      affects={affects}
      onDelete={() => remove.mutateAsync({ version: version.id })}
      goTo={isLast ? `/${slug}/models` : `/${slug}/models/${model.id}`}
      stale={isLast ? trpc.models.list.pathFilter() : trpc.models.pathFilter()}
      gone={[isLast ? model.id : version.id]}
    />
  );
}

function DeleteModel({ slug, model, open, onOpenChange }: Asked & { slug: string; model: Model }) {
  const trpc = useTRPC();
  const affects = useQuery(trpc.models.deleteAffects.queryOptions({ model: model.id }, whileOpen(open)));
  const remove = useMutation(trpc.models.delete.mutationOptions());
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="model"
      affects={affects}
      onDelete={() => remove.mutateAsync({ model: model.id })}
      goTo={`/${slug}/models`}
      stale={trpc.models.list.pathFilter()}
      gone={[model.id]}
    />
  );
}

/** Takes a failed import away, from where its page says why it failed. */
export function DeleteFailed({ slug, model, version }: { slug: string; model: Model; version: Version }) {
  const [open, setOpen] = useState(false);
  const refusal = useRefusal("models.deleteVersion");
  return (
    <>
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        Delete
      </Button>
      <DeleteModelVersion slug={slug} model={model} version={version} open={open} onOpenChange={setOpen} />
    </>
  );
}
