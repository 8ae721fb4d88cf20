"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { failureOf } from "#components/failure.ts";
import { FormError } from "#components/form/form.tsx";
import { PasswordInput } from "#components/people/password-input.tsx";
import { signInWith } from "#components/people/sign-in-with.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { minPasswordCharacters, SetPassword } from "#server/people/input.ts";

/** A new password from a one-time link; signs in with it. */
export function SetPasswordForm({ token, email }: { token: string; email: string }) {
  const trpc = useTRPC();
  const set = useMutation(trpc.people.setPassword.mutationOptions());
  const form = useForm({ resolver: zodResolver(SetPassword), defaultValues: { token, password: "" } });
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;

  async function submit(input: SetPassword) {
    try {
      await set.mutateAsync(input);
      const refused = await signInWith(email, input.password);
      window.location.assign(refused ? "/sign-in" : "/");
    } catch (error) {
      const { message, field } = failureOf(error);
      form.setError(field === "password" ? "password" : "root", { message });
    }
  }

  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void form.handleSubmit(submit)(event)}>
      <Field label="E-mail">
        <Input value={email} readOnly autoComplete="username" className="text-ink-2" />
      </Field>
      <Field
        label="New password"
        hint={`At least ${minPasswordCharacters} characters.`}
        error={errors.password?.message}
      >
        <PasswordInput {...form.register("password")} autoComplete="new-password" autoFocus />
      </Field>
      <FormError>{errors.root?.message}</FormError>
      <Button type="submit" variant="primary" pending={isSubmitting || (isSubmitSuccessful && !set.isError)}>
        Set password
      </Button>
    </form>
  );
}
