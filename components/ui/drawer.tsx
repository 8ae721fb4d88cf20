"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { buttonVariants } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { overlayLook } from "#components/ui/dialog.tsx";

/** A panel at the right edge for one row's details, so that the list stays in sight; the whole width on a phone. */
export function Drawer({
  open,
  onOpenChange,
  title,
  description,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
}) {
  const panel = useRef<HTMLDivElement>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayLook} />
        <Radix.Content
          ref={panel}
          tabIndex={-1}
          // On the panel itself: focus on its first button would open that button's tip.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            panel.current?.focus();
          }}
          {...(description ? {} : { "aria-describedby": undefined })}
          className="fixed inset-y-0 right-0 z-50 flex w-full max-w-xl flex-col border-l bg-overlay shadow-overlay focus:outline-none"
        >
          <div className="border-b py-4 pr-12 pl-5">
            <Radix.Title className="flex flex-wrap items-center gap-2 font-semibold text-base">{title}</Radix.Title>
            {description && <Radix.Description className="mt-0.5 text-ink-2">{description}</Radix.Description>}
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
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
