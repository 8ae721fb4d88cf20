"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useForm } from "react-hook-form";
import { failureOf } from "#components/failure.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { notify } from "#components/ui/toast.tsx";
import { RenameProject as Rename } from "#server/projects/input.ts";

export function RenameProject({ name }: { name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const refusal = useRefusal("projects.rename");
  const rename = useMutation(trpc.projects.rename.mutationOptions());
  const form = useForm({ resolver: zodResolver(Rename), defaultValues: { name } });
  const { errors, isSubmitting, isDirty } = form.formState;

  async function submit(input: Rename) {
    try {
      await rename.mutateAsync(input);
      notify.done("The project has its new name");
      void queryClient.invalidateQueries(trpc.projects.pathFilter());
      router.refresh(); // the shell's switcher comes from the server
    } catch (error) {
      form.setError("name", { message: failureOf(error).message });
    }
  }

  return (
    <Card title="Name">
      <form
        method="post"
        noValidate
        className="flex flex-wrap items-start gap-3"
        onSubmit={(event) => void form.handleSubmit(submit)(event)}
      >
        <Field
          label="Name"
          hint="What people see. The address stays as it is."
          error={errors.name?.message}
          className="w-full max-w-80"
        >
          <Input {...form.register("name")} autoComplete="off" readOnly={Boolean(refusal)} />
        </Field>
        <Button
          type="submit"
          className="md:mt-6.5"
          pending={isSubmitting}
          disabledReason={refusal ?? (isDirty ? undefined : "Change the name first")}
        >
          Rename
        </Button>
      </form>
    </Card>
  );
}
