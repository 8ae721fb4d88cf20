"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useForm } from "react-hook-form";
import { failureOf } from "#components/failure.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { notify } from "#components/ui/toast.tsx";
import { RenameMe } from "#server/people/input.ts";

export function RenameMeCard({ name }: { name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const rename = useMutation(trpc.people.renameMe.mutationOptions());
  const form = useForm({ resolver: zodResolver(RenameMe), defaultValues: { name } });
  const { errors, isSubmitting, isDirty } = form.formState;

  async function submit(input: RenameMe) {
    try {
      await rename.mutateAsync(input);
      notify.done("Your name is changed");
      void queryClient.invalidateQueries(trpc.people.me.pathFilter());
      router.refresh(); // the shell's account menu comes from the server
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
          hint="What members and the audit log call you."
          error={errors.name?.message}
          className="w-full max-w-80"
        >
          <Input {...form.register("name")} autoComplete="name" />
        </Field>
        <Button
          type="submit"
          className="md:mt-6.5"
          pending={isSubmitting}
          disabledReason={isDirty ? undefined : "Change the name first"}
        >
          Save name
        </Button>
      </form>
    </Card>
  );
}
