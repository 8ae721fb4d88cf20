"use client";
import { type InvalidateQueryFilters, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { failureOf } from "#components/failure.ts";
import { asksFor, silence } from "#components/silence.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatBytes, sentence } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";
import type { Deletion } from "#server/deletion.rule.ts";

/** Ask what a deletion affects only while the dialog is open, and each time anew. */
export const whileOpen = (open: boolean) => ({ enabled: open, staleTime: 0, gcTime: 0 });

/**
 * Asks before something is deleted for good: what becomes of other things, by name and count, or what must be done
 * first; for what is dear the name (or `typeName`) is to be typed. Afterwards it leads to `goTo`, says so in the
 * corner, has the `stale` lists read again and nothing asks for what is `gone`.
 */
export function DeleteDialog({
  open,
  onOpenChange,
  noun,
  affects,
  typeName,
  onDelete,
  goTo,
  stale,
  gone,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** "dataset version" */
  noun: string;
  affects: { data: Deletion | undefined; error: unknown };
  typeName?: string;
  onDelete: () => Promise<{ name: string }>;
  /** where there is something to see when it is gone; none: this page stays */
  goTo?: string;
  stale: InvalidateQueryFilters;
  /** the values that a query of what is deleted is asked with: its id, or an id and a version's number */
  gone: readonly unknown[];
}) {
  const router = useRouter();
  const client = useQueryClient();
  const forget = useRef<() => void>(undefined);
  useEffect(() => () => forget.current?.(), []);
  const { data, error } = affects;
  const blocked = data !== undefined && data.blockers.length > 0;
  const freed = data && data.bytes > 0 ? [`Up to ${formatBytes(data.bytes)} on disk are freed`] : [];
  const lines = blocked ? data.blockers : [...(data?.effects ?? []), ...freed];
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={data ? `Delete ${data.name}?` : `Delete this ${noun}?`}
      description={describe(noun, { error, blocked, isKnown: data !== undefined })}
      affects={lines.map(sentence)}
      confirmLabel={`Delete ${noun}`}
      disabledReason={blocked ? "Do what stands above first" : data ? undefined : "What it affects is being looked up"}
      typeName={data?.dear && !blocked ? (typeName ?? data.name) : undefined}
      onConfirm={async () => {
        const { name } = await onDelete();
        forget.current = silence(client, gone);
        if (!goTo) forget.current();
        if (goTo) router.push(goTo);
        notify.done(`${name} is deleted`);
        await client.invalidateQueries({ ...stale, predicate: (query) => !asksFor(query, gone) });
      }}
    />
  );
}

function describe(noun: string, state: { error: unknown; blocked: boolean; isKnown: boolean }): string {
  if (state.error) return sentence(failureOf(state.error).message);
  if (!state.isKnown) return "Looking up what it affects …";
  return state.blocked ? `This ${noun} cannot be deleted yet.` : "This cannot be undone.";
}
