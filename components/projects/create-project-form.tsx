"use client";
import { useMutation } from "@tanstack/react-query";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
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
  const form = useVerbForm({
    schema: CreateProject,
    initial: { name: "" },
    send: create.mutateAsync,
    onDone: (project) => window.location.assign(`/${project.slug}`),
  });
  const slug = slugOf(form.typed.name);

  return (
    <Form form={form}>
      <Field
        label="Name"
        hint={
          slug
            ? `Its address will be /${slug}, with a number when that is taken; it never changes.`
            : "Letters and digits make its address."
        }
        error={form.errorAt("name")}
      >
        <Input {...form.register("name")} autoComplete="off" autoFocus />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        {back && <ButtonLink href={back}>Back</ButtonLink>}
        <Button type="submit" variant="primary" pending={form.pending}>
          Create project
        </Button>
      </div>
    </Form>
  );
}
