"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Archive } from "lucide-react";
import { useRouter } from "next/navigation";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { ManageCard } from "#components/manage-card.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { RenameProject } from "#server/projects/input.ts";

type Asked = { open: boolean; onOpenChange: (open: boolean) => void };

/** The project's name, and its two ends: archived it keeps its data, deleted it does not. */
export function ManageProject({ name, slug }: { name: string; slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("projects.rename");
  const rename = useMutation(trpc.projects.rename.mutationOptions());
  const archive = useMutation(trpc.projects.archive.mutationOptions({ onSuccess: () => window.location.assign("/") }));
  return (
    <ManageCard
      rename={{
        name,
        hint: "What people see. The address stays as it is.",
        schema: RenameProject,
        refusal,
        send: rename.mutateAsync,
        onDone: () => {
          void client.invalidateQueries(trpc.projects.pathFilter());
          router.refresh(); // the shell's switcher comes from the server
        },
      }}
      leaving={[
        {
          label: "Archive project",
          says: "Nobody can open an archived project and its keys stop working. Its data stays on disk.",
          procedure: "projects.archive",
          icon: <Archive aria-hidden />,
          dialog: (asked) => (
            <ConfirmDialog
              {...asked}
              title={`Archive ${name}?`}
              affects={[
                "Members can no longer open it.",
                "Every API key of the project is refused within a second; its deployments answer nobody.",
                "Open invitations stop working.",
                "Datasets, runs and models stay on disk.",
              ]}
              confirmLabel="Archive project"
              typeName={name}
              onConfirm={() => archive.mutateAsync()}
            />
          ),
        },
        {
          label: "Delete project",
          says: "Deletes everything in it for good: datasets, runs, models, keys and logged calls. Only the audit log is kept.",
          procedure: "projects.delete",
          dialog: (asked) => <DeleteProject slug={slug} {...asked} />,
        },
      ]}
    />
  );
}

/** The end of the project with all that is in it; its address is to be typed. */
function DeleteProject({ slug, open, onOpenChange }: Asked & { slug: string }) {
  const trpc = useTRPC();
  const affects = useQuery(trpc.projects.deleteAffects.queryOptions(undefined, whileOpen(open)));
  const remove = useMutation(trpc.projects.delete.mutationOptions({ onSuccess: () => window.location.assign("/") }));
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="project"
      affects={affects}
      typeName={slug}
      onDelete={() => remove.mutateAsync({ slug })}
      stale={trpc.projects.list.pathFilter()}
      gone={[]}
    />
  );
}
