"use client";
import { Form, FormError } from "#components/form/form.tsx";
import { SendRefused, useVerbForm } from "#components/form/use-verb-form.ts";
import { PasswordInput } from "#components/people/password-input.tsx";
import { signInWith } from "#components/people/sign-in-with.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { SignIn } from "#server/people/input.ts";

/** E-mail and password; `email` is given when an invitation says whom it is for. */
export function SignInForm({ next, email = "" }: { next: string; email?: string }) {
  const form = useVerbForm({
    schema: SignIn,
    initial: { email, password: "" },
    send: async (input) => {
      const refused = await signInWith(input.email, input.password);
      if (refused) throw new SendRefused(refused);
    },
    onDone: () => window.location.assign(next), // a full load: the server must see the new cookie everywhere
  });

  return (
    <Form form={form}>
      <Field label="E-mail" error={form.errorAt("email")}>
        <Input {...form.register("email")} type="email" autoComplete="username" autoFocus={email === ""} />
      </Field>
      <Field label="Password" error={form.errorAt("password")}>
        <PasswordInput {...form.register("password")} autoComplete="current-password" autoFocus={email !== ""} />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <Button type="submit" variant="primary" pending={form.pending}>
        Sign in
      </Button>
    </Form>
  );
}
