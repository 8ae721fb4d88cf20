"use client";
import { failureOf } from "#components/failure.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatBytes, sentence } from "#components/ui/format.ts";
import type { Deletion } from "#server/deletion.rule.ts";

/** Ask what a deletion affects only while the dialog is open, and each time anew. */
export const whileOpen = (open: boolean) => ({ enabled: open, staleTime: 0, gcTime: 0 });

/**
 * Asks before something is deleted for good: what becomes of other things, by name and count, or what must be done
 * first; for what is dear the name (or `typeName`) is to be typed.
 */
export function DeleteDialog({
  open,
  onOpenChange,
  noun,
  affects,
  typeName,
  onDelete,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** "dataset version" */
  noun: string;
  affects: { data: Deletion | undefined; error: unknown };
  typeName?: string;
  onDelete: () => unknown;
}) {
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
      onConfirm={onDelete}
    />
  );
}

function describe(noun: string, state: { error: unknown; blocked: boolean; isKnown: boolean }): string {
  if (state.error) return sentence(failureOf(state.error).message);
  if (!state.isKnown) return "Looking up what it affects …";
  return state.blocked ? `This ${noun} cannot be deleted yet.` : "This cannot be undone.";
}
