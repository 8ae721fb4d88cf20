"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { failureOf } from "#components/failure.ts";
import { FormError } from "#components/form/form.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { CreateProject } from "#server/projects/input.ts";
import { slugOf } from "#server/projects/slug.rule.ts";

/** A name is all a project needs; shows the address it will get. */
export function CreateProjectForm({ back }: { back: string | null }) {
  const trpc = useTRPC();
  const create = useMutation(trpc.projects.create.mutationOptions());
  const form = useForm({ resolver: zodResolver(CreateProject), defaultValues: { name: "" } });
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;
  const slug = slugOf(form.watch("name"));

  async function submit(input: CreateProject) {
    try {
      const project = await create.mutateAsync(input);
      window.location.assign(`/${project.slug}`);
    } catch (error) {
      const { message, field } = failureOf(error);
      form.setError(field === "name" ? "name" : "root", { message });
    }
  }

  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void form.handleSubmit(submit)(event)}>
      <Field
        label="Name"
        hint={
          slug
            ? `Its address will be /${slug}, with a number when that is taken; it never changes.`
            : "Letters and digits make its address."
        }
        error={errors.name?.message}
      >
        <Input {...form.register("name")} autoComplete="off" autoFocus />
      </Field>
      <FormError>{errors.root?.message}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        {back && <ButtonLink href={back}>Back</ButtonLink>}
        <Button type="submit" variant="primary" pending={isSubmitting || (isSubmitSuccessful && !create.isError)}>
          Create project
        </Button>
      </div>
    </form>
  );
}
