"use client";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { signOutHere } from "#components/people/sign-out-here.ts";
import type { ShellPerson } from "#components/shell/account-menu.tsx";
import { ConsoleShell } from "#components/shell/console-shell.tsx";
import type { ShellProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { notify } from "#components/ui/toast.tsx";

/** The shell with the acts of the person who is signed in. */
export function SignedInShell({
  project,
  projects,
  person,
  children,
}: {
  project: ShellProject;
  projects: readonly ShellProject[];
  person: ShellPerson;
  children: ReactNode;
}) {
  const trpc = useTRPC();
  const everywhere = useMutation(trpc.people.signOutEverywhere.mutationOptions());
  return (
    <ConsoleShell
      project={project}
      projects={projects}
      person={person}
      onSignOut={() => void signOutHere()}
      onSignOutEverywhere={() =>
        everywhere.mutate(undefined, {
          onSuccess: () => void signOutHere(),
          onError: (error) => notify.failed("You are still signed in everywhere", error),
        })
      }
    >
      {children}
    </ConsoleShell>
  );
}
