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
import { minPasswordCharacters, SetPassword } from "#server/people/input.ts";

/** A new password from a one-time link; signs in with it. */
export function SetPasswordForm({ token, email }: { token: string; email: string }) {
  const trpc = useTRPC();
  const set = useMutation(trpc.people.setPassword.mutationOptions());
  const form = useVerbForm({
    schema: SetPassword,
    initial: { token, password: "" },
    send: set.mutateAsync,
    onDone: async (_, { password }) => {
      const refused = await signInWith(email, password);
      window.location.assign(refused ? "/sign-in" : "/");
    },
  });

  return (
    <Form form={form}>
      <Field label="E-mail">
        <Input value={email} readOnly autoComplete="username" className="text-ink-2" />
      </Field>
      <Field
        label="New password"
        hint={`At least ${minPasswordCharacters} characters.`}
        error={form.errorAt("password")}
      >
        <PasswordInput {...form.register("password")} autoComplete="new-password" autoFocus />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <Button type="submit" variant="primary" pending={form.pending}>
        Set password
      </Button>
    </Form>
  );
}
