"use client";
import { useMutation } from "@tanstack/react-query";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";

export function ArchiveProject({ name }: { name: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("projects.archive");
  const archive = useMutation(trpc.projects.archive.mutationOptions({ onSuccess: () => window.location.assign("/") }));
  return (
    <Card title="Archive">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-ink-2">
          Nobody can open an archived project and its keys stop working. Its data stays on disk.
        </p>
        {refusal ? (
          <Button variant="danger" disabledReason={refusal}>
            Archive project
          </Button>
        ) : (
          <ConfirmDialog
            trigger={<Button variant="danger">Archive project</Button>}
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
        )}
      </div>
    </Card>
  );
}
