"use client";
import { useMutation } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { FormError } from "#components/form/form.tsx";
import { signOutHere } from "#components/people/sign-out-here.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";

/** For somebody who is signed in: join with one click, or leave when the invitation is for another address. */
export function JoinProject({ token, invited, signedInAs }: { token: string; invited: string; signedInAs: string }) {
  const trpc = useTRPC();
  const join = useMutation(
    trpc.projects.join.mutationOptions({ onSuccess: ({ projectSlug }) => window.location.assign(`/${projectSlug}`) }),
  );
  if (invited !== signedInAs.toLowerCase())
    return (
      <div className="grid gap-4">
        <p>
          The invitation is for <b>{invited}</b>, but you are signed in as <b>{signedInAs}</b>. Sign out, then open the
          link again.
        </p>
        <Button onClick={() => void signOutHere()}>Sign out</Button>
      </div>
    );
  return (
    <div className="grid gap-4">
      <FormError>{join.error ? failureOf(join.error).message : undefined}</FormError>
      <Button variant="primary" pending={join.isPending || join.isSuccess} onClick={() => join.mutate({ token })}>
        Join the project
      </Button>
    </div>
  );
}
