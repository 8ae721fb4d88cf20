"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { FormError } from "#components/form/form.tsx";
import { PasswordInput } from "#components/people/password-input.tsx";
import { signInWith } from "#components/people/sign-in-with.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { SignIn } from "#server/people/input.ts";

/** E-mail and password; `email` is given when an invitation says whom it is for. */
export function SignInForm({ next, email = "" }: { next: string; email?: string }) {
  const form = useForm({ resolver: zodResolver(SignIn), defaultValues: { email, password: "" } });
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;

  async function submit(input: SignIn) {
    const refused = await signInWith(input.email, input.password);
    if (refused) return form.setError("root", { message: refused });
    window.location.assign(next); // a full load: the server must see the new cookie everywhere
  }

  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void form.handleSubmit(submit)(event)}>
      <Field label="E-mail" error={errors.email?.message}>
        <Input {...form.register("email")} type="email" autoComplete="username" autoFocus={email === ""} />
      </Field>
      <Field label="Password" error={errors.password?.message}>
        <PasswordInput {...form.register("password")} autoComplete="current-password" autoFocus={email !== ""} />
      </Field>
      <FormError>{errors.root?.message}</FormError>
      <Button type="submit" variant="primary" pending={isSubmitting || (isSubmitSuccessful && !errors.root)}>
        Sign in
      </Button>
    </form>
  );
}
