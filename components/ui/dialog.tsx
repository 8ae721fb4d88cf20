"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { buttonVariants } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";

export const overlayLook = "fixed inset-0 z-40 bg-black/30 dark:bg-black/60";

/** A modal window. Controlled by `open`/`onOpenChange`, or opened by `trigger`. Esc and the cross close it. */
export function Dialog({
  open,
  onOpenChange,
  trigger,
  title,
  description,
  footer,
  wide = false,
  children,
}: {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  trigger?: ReactNode;
  title: ReactNode;
  description?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      {trigger && <Radix.Trigger asChild>{trigger}</Radix.Trigger>}
      <Radix.Portal>
        <Radix.Overlay className={overlayLook} />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-lg border bg-overlay shadow-overlay",
            wide ? "max-w-3xl" : "max-w-md",
          )}
        >
          <div className="px-5 pt-5 pr-12">
            <Radix.Title className="font-semibold text-base">{title}</Radix.Title>
            {description && <Radix.Description className="mt-1 text-ink-2">{description}</Radix.Description>}
          </div>
          <div className="min-h-0 overflow-y-auto px-5 py-4">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</div>}
          {/* Last in the order of focus: a dialog opens on its first field, not on its way out. */}
          <Radix.Close
            aria-label="Close"
            className={cn(buttonVariants({ variant: "ghost", size: "icon" }), "absolute top-3 right-3")}
          >
            <X aria-hidden />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Wraps a button so that it closes the dialog around it. */
export function DialogClose(props: ComponentProps<typeof Radix.Close>) {
  return <Radix.Close asChild {...props} />;
}
