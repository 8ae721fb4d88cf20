"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { failureOf } from "#components/failure.ts";
import { roleLabels } from "#components/people/roles.ts";
import { keyLine } from "#components/projects/key-line.ts";
import { RoleSelect } from "#components/projects/role-select.tsx";
import type { MemberRow } from "#components/projects/rows.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { notify } from "#components/ui/toast.tsx";
import type { Role } from "#db/enums.ts";

/** A member's role, changed in place by admins, with ten seconds to take it back; asks first when keys of theirs lose by it. */
export function MemberRole({ row }: { row: MemberRow }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refusal = useRefusal("projects.setMemberRole");
  const [asked, setAsked] = useState<{ role: Role; keys: readonly string[] }>();
  const setRole = useMutation(
    trpc.projects.setMemberRole.mutationOptions({
      onError: (error) => notify.failed(`${row.name} keeps the role ${row.role}`, new Error(failureOf(error).message)),
      onSettled: () => queryClient.invalidateQueries(trpc.projects.members.pathFilter()),
    }),
  );
  if (refusal) return roleLabels[row.role].name;

  async function choose(role: Role) {
    if (role === row.role) return;
    const keys = row.liveKeys > 0 ? await keysThatLose(role) : [];
    if (keys.length > 0) setAsked({ role, keys });
    else change(role);
  }

  async function keysThatLose(role: Role) {
    const { items } = await queryClient.fetchQuery(trpc.keys.ofMember.queryOptions({ userId: row.userId, role }));
    const now = new Date();
    return items
      .filter((key) => key.loses.length > 0)
      .map((key) => `${keyLine(key, now)}: loses ${key.loses.join(", ")}`);
  }

  function change(role: Role) {
    const before = row.role;
    setRole.mutate(
      { userId: row.userId, role },
      {
        onSuccess: () =>
          notify.undoable(`${row.name} is now ${roleLabels[role].name.toLowerCase()}`, () =>
            setRole.mutate({ userId: row.userId, role: before }),
          ),
      },
    );
  }
  const shown = setRole.isPending ? setRole.variables.role : row.role;
  return (
    <>
      <RoleSelect
        label={`Role of ${row.name}`}
        value={shown}
        onChange={(role) =>
          void choose(role).catch((error: unknown) =>
            notify.failed(`${row.name} keeps the role ${row.role}`, new Error(failureOf(error).message)),
          )
        }
        disabled={setRole.isPending}
      />
      {asked && (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setAsked(undefined)}
          title={`Change ${row.name}’s role to ${roleLabels[asked.role].name.toLowerCase()}?`}
          description="Their API keys can do no more than their role. A higher role later gives it back."
          affects={asked.keys}
          confirmLabel="Change role"
          onConfirm={() => change(asked.role)}
        />
      )}
    </>
  );
}
