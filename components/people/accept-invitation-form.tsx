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

const NewMember = NewPerson.pick({ name: true, password: true });

/** An account for the invited e-mail; signs in and opens the project. */
export function AcceptInvitationForm({ token, email, slug }: { token: string; email: string; slug: string }) {
  const trpc = useTRPC();
  const accept = useMutation(trpc.projects.acceptInvitation.mutationOptions());
  const form = useForm({ resolver: zodResolver(NewMember), defaultValues: { name: "", password: "" } });
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;

  async function submit(input: { name: string; password: string }) {
    try {
      await accept.mutateAsync({ ...input, token });
      const refused = await signInWith(email, input.password);
      window.location.assign(refused ? "/sign-in" : `/${slug}`);
    } catch (error) {
      const { message, field } = failureOf(error);
      form.setError(field === "name" || field === "password" ? field : "root", { message });
    }
  }

  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void form.handleSubmit(submit)(event)}>
      <Field label="E-mail" hint="The invitation is for this address.">
        <Input value={email} readOnly autoComplete="username" className="text-ink-2" />
      </Field>
      <Field label="Your name" error={errors.name?.message}>
        <Input {...form.register("name")} autoComplete="name" autoFocus />
      </Field>
      <Field label="Password" hint={`At least ${minPasswordCharacters} characters.`} error={errors.password?.message}>
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      <FormError>{errors.root?.message}</FormError>
      <Button type="submit" variant="primary" pending={isSubmitting || (isSubmitSuccessful && !accept.isError)}>
        Create account and join
      </Button>
    </form>
  );
}
