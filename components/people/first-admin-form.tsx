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
import { minPasswordCharacters, NewPerson } from "#server/people/input.ts";

/** The owner's account, from the one-time link; signs in at once. */
export function FirstAdminForm({ token }: { token: string }) {
  const trpc = useTRPC();
  const claim = useMutation(trpc.projects.claimFirstAdmin.mutationOptions());
  const form = useForm({ resolver: zodResolver(NewPerson), defaultValues: { name: "", email: "", password: "" } });
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;

  async function submit(input: NewPerson) {
    try {
      const { projectSlug } = await claim.mutateAsync({ ...input, token });
      const refused = await signInWith(input.email, input.password);
      window.location.assign(refused ? "/sign-in" : `/${projectSlug}`);
    } catch (error) {
      const { message, field } = failureOf(error);
      form.setError(field === "email" || field === "name" || field === "password" ? field : "root", { message });
    }
  }

  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void form.handleSubmit(submit)(event)}>
      <Field label="Your name" error={errors.name?.message}>
        <Input {...form.register("name")} autoComplete="name" autoFocus />
      </Field>
      <Field label="E-mail" hint="You sign in with it; nothing is sent to it." error={errors.email?.message}>
        <Input {...form.register("email")} type="email" autoComplete="username" />
      </Field>
      <Field
        label="Password"
        hint={`At least ${minPasswordCharacters} characters; a few words are easier to keep than odd signs.`}
        error={errors.password?.message}
      >
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      <FormError>{errors.root?.message}</FormError>
      <Button type="submit" variant="primary" pending={isSubmitting || (isSubmitSuccessful && !claim.isError)}>
        Create account
      </Button>
    </form>
  );
}
