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

const NewMember = NewPerson.pick({ name: true, password: true });

/** An account for the invited e-mail; signs in and opens the project. */
export function AcceptInvitationForm({ token, email, slug }: { token: string; email: string; slug: string }) {
  const trpc = useTRPC();
  const accept = useMutation(trpc.projects.acceptInvitation.mutationOptions());
  const form = useVerbForm({
    schema: NewMember,
    initial: { name: "", password: "" },
    send: (input) => accept.mutateAsync({ ...input, token }),
    onDone: async (_, { password }) => {
      const refused = await signInWith(email, password);
      window.location.assign(refused ? "/sign-in" : `/${slug}`);
    },
  });

  return (
    <Form form={form}>
      <Field label="E-mail" hint="The invitation is for this address.">
        <Input value={email} readOnly autoComplete="username" className="text-ink-2" />
      </Field>
      <Field label="Your name" error={form.errorAt("name")}>
        <Input {...form.register("name")} autoComplete="name" autoFocus />
      </Field>
      <Field label="Password" hint={`At least ${minPasswordCharacters} characters.`} error={form.errorAt("password")}>
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <Button type="submit" variant="primary" pending={form.pending}>
        Create account and join
      </Button>
    </Form>
  );
}
