"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
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
  const form = useVerbForm({
    schema: ChangePassword,
    initial: empty,
    send: change.mutateAsync,
    onDone: ({ ended }) => {
      notify.done("Your password is changed", ended > 0 ? `${plural(ended, "other session")} signed out.` : undefined);
      void queryClient.invalidateQueries(trpc.people.sessions.pathFilter());
    },
    next: () => empty,
  });

  return (
    <Card title="Password">
      <Form form={form} className="max-w-80">
        <Field label="Current password" error={form.errorAt("current")}>
          <PasswordInput {...form.register("current")} autoComplete="current-password" />
        </Field>
        <Field
          label="New password"
          hint={`At least ${minPasswordCharacters} characters. Your other sessions are signed out.`}
          error={form.errorAt("next")}
        >
          <PasswordInput {...form.register("next")} autoComplete="new-password" />
        </Field>
        <FormError>{form.unplaced}</FormError>
        <Button type="submit" pending={form.pending} className="justify-self-start">
          Change password
        </Button>
      </Form>
    </Card>
  );
}
