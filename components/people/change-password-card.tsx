"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { failureOf } from "#components/failure.ts";
import { FormError } from "#components/form/form.tsx";
import { PasswordInput } from "#components/people/password-input.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";
import { ChangePassword, minPasswordCharacters } from "#server/people/input.ts";

const empty = { current: "", next: "" };

export function ChangePasswordCard() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const change = useMutation(trpc.people.changePassword.mutationOptions());
  const form = useForm({ resolver: zodResolver(ChangePassword), defaultValues: empty });
  const { errors, isSubmitting } = form.formState;

  async function submit(input: ChangePassword) {
    try {
      const { ended } = await change.mutateAsync(input);
      form.reset(empty);
      notify.done("Your password is changed", ended > 0 ? `${plural(ended, "other session")} signed out.` : undefined);
      void queryClient.invalidateQueries(trpc.people.sessions.pathFilter());
    } catch (error) {
      const { message, field } = failureOf(error);
      form.setError(field === "current" || field === "next" ? field : "root", { message });
    }
  }

  return (
    <Card title="Password">
      <form
        method="post"
        noValidate
        className="grid max-w-80 gap-4"
        onSubmit={(event) => void form.handleSubmit(submit)(event)}
      >
        <Field label="Current password" error={errors.current?.message}>
          <PasswordInput {...form.register("current")} autoComplete="current-password" />
        </Field>
        <Field
          label="New password"
          hint={`At least ${minPasswordCharacters} characters. Your other sessions are signed out.`}
          error={errors.next?.message}
        >
          <PasswordInput {...form.register("next")} autoComplete="new-password" />
        </Field>
        <FormError>{errors.root?.message}</FormError>
        <Button type="submit" pending={isSubmitting} className="justify-self-start">
          Change password
        </Button>
      </form>
    </Card>
  );
}
