"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import type { Model, Version } from "#components/models/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { DropdownMenu, MenuItem } from "#components/ui/dropdown-menu.tsx";

type What = "version" | "model";

/** The end of the chosen version or of the whole model; what serves is refused with the remedy. */
export function ModelMenu({ slug, model, version }: { slug: string; model: Model; version: Version }) {
  const refusal = useRefusal("models.delete");
  const [deleting, setDeleting] = useState<What | null>(null);
  const trigger = (
    <Button size="icon" aria-label="More actions">
      <Ellipsis aria-hidden />
    </Button>
  );
  return (
    <>
      <DropdownMenu align="end" trigger={trigger}>
        {model.versions.length > 1 && (
          <MenuItem danger disabledReason={refusal} onSelect={() => setDeleting("version")}>
            <Trash2 aria-hidden />
            Delete {version.name}
          </MenuItem>
        )}
        <MenuItem danger disabledReason={refusal} onSelect={() => setDeleting("model")}>
          <Trash2 aria-hidden />
          Delete the model
        </MenuItem>
      </DropdownMenu>
      <DeleteModelVersion
        slug={slug}
        model={model}
        version={version}
        open={deleting === "version"}
        onOpenChange={(open) => setDeleting(open ? "version" : null)}
      />
      <DeleteModel
        slug={slug}
        model={model}
        open={deleting === "model"}
        onOpenChange={(open) => setDeleting(open ? "model" : null)}
      />
    </>
  );
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
