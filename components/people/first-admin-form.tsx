"use client";
import { useMutation } from "@tanstack/react-query";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
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
  const form = useVerbForm({
    schema: NewPerson,
    initial: { name: "", email: "", password: "" },
    send: (input) => claim.mutateAsync({ ...input, token }),
    onDone: async ({ projectSlug }, { email, password }) => {
      const refused = await signInWith(email, password);
      window.location.assign(refused ? "/sign-in" : `/${projectSlug}`);
    },
  });

  return (
    <Form form={form}>
      <Field label="Your name" error={form.errorAt("name")}>
        <Input {...form.register("name")} autoComplete="name" autoFocus />
      </Field>
      <Field label="E-mail" hint="You sign in with it; nothing is sent to it." error={form.errorAt("email")}>
        <Input {...form.register("email")} type="email" autoComplete="username" />
      </Field>
      <Field
        label="Password"
        hint={`At least ${minPasswordCharacters} characters; a few words are easier to keep than odd signs.`}
        error={form.errorAt("password")}
      >
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <Button type="submit" variant="primary" pending={form.pending}>
        Create account
      </Button>
    </Form>
  );
}
