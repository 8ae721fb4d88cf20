"use client";
import { AlertDialog as Radix } from "radix-ui";
import { type ReactNode, useId, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { overlayLook } from "#components/ui/dialog.tsx";
import { Input } from "#components/ui/input.tsx";

/**
 * Asks before an act that destroys something or moves traffic, and names what it affects.
 * With `typeName` the act stays locked until that name is typed. `onConfirm` may be async: the dialog closes when it
 * has succeeded and shows the error's message when it threw.
 */
export function ConfirmDialog({
  open,
  onOpenChange,
  trigger,
  title,
  description,
  affects = [],
  children,
  confirmLabel,
  cancelLabel = "Cancel",
  typeName,
  disabledReason,
  variant = "danger",
  onConfirm,
}: {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  trigger?: ReactNode;
  title: string;
  description?: ReactNode;
  /** What happens, one line each: "3 API keys stop working". */
  affects?: readonly ReactNode[];
  /** A choice to make before it is confirmed. */
  children?: ReactNode;
  /** A verb: "Delete dataset". */
  confirmLabel: string;
  /** What the way out says where "Cancel" would be read as the act. */
  cancelLabel?: string;
  typeName?: string;
  /** Why the act cannot be done now. */
  disabledReason?: string;
  variant?: "danger" | "primary";
  onConfirm: () => unknown;
}) {
  const id = useId();
  const [ownOpen, setOwnOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string>();
  const shown = open ?? ownOpen;

  function change(next: boolean) {
    if (pending) return;
    setTyped("");
    setError(undefined);
    setOwnOpen(next);
    onOpenChange?.(next);
  }

  async function confirm() {
    setPending(true);
    setError(undefined);
    try {
      await onConfirm();
      setPending(false);
      setTyped("");
      setOwnOpen(false);
      onOpenChange?.(false);
    } catch (cause) {
      setPending(false);
      setError(cause instanceof Error ? cause.message : "It did not work. Try again.");
    }
  }

  const locked = typeName !== undefined && typed !== typeName;
  return (
    <Radix.Root open={shown} onOpenChange={change}>
      {trigger && <Radix.Trigger asChild>{trigger}</Radix.Trigger>}
      <Radix.Portal>
        <Radix.Overlay className={overlayLook} />
        <Radix.Content className="fixed top-1/2 left-1/2 z-50 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 rounded-lg border bg-overlay shadow-overlay">
          <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-5 py-4 [overflow-wrap:anywhere]">
            <Radix.Title className="font-semibold text-base">{title}</Radix.Title>
            <Radix.Description asChild>
              <div className="grid gap-2 text-ink-2">
                {description && <p>{description}</p>}
                {affects.length > 0 && (
                  <ul className="grid gap-1 rounded-md border bg-sunken px-3 py-2">
                    {affects.map((line, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of sentences
                      <li key={index}>{line}</li>
                    ))}
                  </ul>
                )}
              </div>
            </Radix.Description>
            {children}
            {typeName !== undefined && (
              <div className="grid gap-1">
                <label htmlFor={id} className="text-ink-2 text-xs">
                  Type <b className="text-ink">{typeName}</b> to confirm
                </label>
                <Input id={id} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
              </div>
            )}
            {error && (
              <p role="alert" className="text-bad">
                {error}
              </p>
            )}
          </div>
          <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">
            <Radix.Cancel asChild>
              <Button>{cancelLabel}</Button>
            </Radix.Cancel>
            <Button
              variant={variant}
              pending={pending}
              disabledReason={disabledReason ?? (locked ? `Type ${typeName} first` : undefined)}
              onClick={() => void confirm()}
            >
              {confirmLabel}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
