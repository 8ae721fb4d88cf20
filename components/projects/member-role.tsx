"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { roleWords } from "#components/people/roles.ts";
import { RoleSelect } from "#components/projects/role-select.tsx";
import type { MemberRow } from "#components/projects/rows.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { notify } from "#components/ui/toast.tsx";
import type { Role } from "#db/enums.ts";

/** A member's role, changed in place by admins, with ten seconds to take it back. */
export function MemberRole({ row }: { row: MemberRow }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refusal = useRefusal("projects.setMemberRole");
  const setRole = useMutation(
    trpc.projects.setMemberRole.mutationOptions({
      onError: (error) => notify.failed(`${row.name} keeps the role ${row.role}`, new Error(failureOf(error).message)),
      onSettled: () => queryClient.invalidateQueries(trpc.projects.members.pathFilter()),
    }),
  );
  if (refusal) return roleWords[row.role].name;

  function change(role: Role) {
    if (role === row.role) return;
    const before = row.role;
    setRole.mutate(
      { userId: row.userId, role },
      {
        onSuccess: () =>
          notify.undoable(`${row.name} is now ${roleWords[role].name.toLowerCase()}`, () =>
            setRole.mutate({ userId: row.userId, role: before }),
          ),
      },
    );
  }
  const shown = setRole.isPending ? setRole.variables.role : row.role;
  return <RoleSelect label={`Role of ${row.name}`} value={shown} onChange={change} disabled={setRole.isPending} />;
}
