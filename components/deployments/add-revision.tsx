"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { DeploymentData } from "#components/deployments/data.ts";
import { failureOf } from "#components/failure.ts";
import { ServablePicker } from "#components/models/version-picker.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogClose } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { notify } from "#components/ui/toast.tsx";

/** Put another model version beside the present ones; it begins without traffic. */
export function AddRevision({ deployment }: { deployment: DeploymentData }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const refusal = useRefusal("deployments.addRevision");
  const [open, setOpen] = useState(false);
  const [model, setModel] = useState("");
  const add = useMutation(
    trpc.deployments.addRevision.mutationOptions({
      onSuccess: async (revision) => {
        await client.invalidateQueries(trpc.deployments.pathFilter());
        notify.done(`v${revision.number} is being loaded and proved`, "Give it traffic once it is ready.");
        setOpen(false);
        setModel("");
      },
    }),
  );
  const failure = add.error ? failureOf(add.error) : null;
  const live = new Set(deployment.revisions.map((revision) => revision.modelVersionId));
  const button = (
    <Button variant="primary" icon={<Plus aria-hidden />} disabledReason={refusal}>
      Add revision
    </Button>
  );
  if (refusal) return button;
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={button}
      title="Add a revision"
      description="The version is loaded on a host and proved first. No traffic moves before you move it."
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button
            variant="primary"
            pending={add.isPending}
            disabledReason={model ? undefined : "Choose a model version"}
            onClick={() => model && add.mutate({ deploymentId: deployment.id, model })}
          >
            Add revision
          </Button>
        </>
      }
    >
      <Field label="Model version" error={failure?.message}>
        <ServablePicker
          value={model}
          onChoose={setModel}
          refusalOf={(id) => (live.has(id) ? "already a revision of this deployment" : undefined)}
        />
      </Field>
    </Dialog>
  );
}
