"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { MemberRow } from "#components/projects/rows.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Picker } from "#components/ui/picker.tsx";
import { type PickerOption, usePickerSearch } from "#components/ui/picker-list.tsx";

/** Choose a member of the project by name or e-mail; `none` lets nobody be a choice. Stands in a Field. */
export function MemberPicker({
  value,
  onChoose,
  none,
  refusalOf,
}: {
  value: string;
  onChoose: (userId: string) => void;
  none?: Pick<PickerOption, "label" | "hint">;
  /** why this one cannot be chosen */
  refusalOf: (member: MemberRow) => string | undefined;
}) {
  const trpc = useTRPC();
  const search = usePickerSearch();
  const query = useQuery(
    trpc.projects.members.queryOptions(
      { search: search.search, ...(value ? { chosen: value } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Picker
      value={value}
      onChoose={onChoose}
      search={search}
      noun="member"
      placeholder="Choose a member"
      {...(none ? { none } : {})}
      query={query}
      options={query.data?.items.map((member) => {
        const disabledReason = refusalOf(member);
        return {
          value: member.userId,
          label: member.name,
          hint: `${member.email}, ${member.role}`,
          ...(disabledReason ? { disabledReason } : {}),
        };
      })}
    />
  );
}
