"use client";
import { Ellipsis, KeyRound, UserCheck, UserMinus, UserX } from "lucide-react";
import { useState } from "react";
import { DisableAccount, EnableAccount } from "#components/projects/disable-account.tsx";
import { RemoveMember } from "#components/projects/remove-member.tsx";
import { ResetPassword } from "#components/projects/reset-password.tsx";
import type { MemberRow } from "#components/projects/rows.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { DropdownMenu, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";

type Act = "reset" | "disable" | "enable" | "remove";

/** What an admin may do with a member: their account where it is theirs to act on, and their membership. */
export function MemberActions({ row }: { row: MemberRow }) {
  const refusal = useRefusal("projects.removeMember");
  const [act, setAct] = useState<Act>();
  if (refusal) return null;
  const dialog = { row, onClose: () => setAct(undefined) };
  return (
    <>
      <DropdownMenu
        trigger={
          <IconButton label={`Actions for ${row.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        {row.mayAct && !row.disabled && (
          <MenuItem onSelect={() => setAct("reset")}>
            <KeyRound aria-hidden /> Reset password …
          </MenuItem>
        )}
        {row.mayAct && (
          <MenuItem onSelect={() => setAct(row.disabled ? "enable" : "disable")}>
            {row.disabled ? <UserCheck aria-hidden /> : <UserX aria-hidden />}
            {row.disabled ? "Enable account …" : "Disable account …"}
          </MenuItem>
        )}
        {row.mayAct && <MenuLine />}
        <MenuItem danger onSelect={() => setAct("remove")}>
          <UserMinus aria-hidden /> Remove from the project …
        </MenuItem>
      </DropdownMenu>
      {act === "reset" && <ResetPassword {...dialog} />}
      {act === "disable" && <DisableAccount {...dialog} />}
      {act === "enable" && <EnableAccount {...dialog} />}
      {act === "remove" && <RemoveMember {...dialog} />}
    </>
  );
}
