"use client";
import { useSyncExternalStore } from "react";
import { Toaster as Sonner, toast } from "sonner";

const undoMs = 10_000;

/** Says in the corner that something is done, or why it is not. Never the only place an error is shown. */
export const notify = {
  done(message: string, detail?: string) {
    toast.success(message, { description: detail });
  },
  info(message: string, detail?: string) {
    toast(message, { description: detail });
  },
  failed(message: string, cause?: unknown) {
    toast.error(message, { description: cause instanceof Error ? cause.message : undefined, duration: undoMs });
  },
  /** Long work has ended; stays for ten seconds with a way to it. */
  ended(message: string, failed: boolean, action: { label: string; onClick: () => void }) {
    (failed ? toast.error : toast.success)(message, { duration: undoMs, action });
  },
  /** Offers undo for ten seconds. */
  undoable(message: string, undo: () => unknown, detail?: string) {
    toast.success(message, {
      description: detail,
      duration: undoMs,
      action: { label: "Undo", onClick: () => void undo() },
    });
  },
};

function subscribe(onChange: () => void) {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

function painted() {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

export function Toaster() {
  const theme = useSyncExternalStore(subscribe, painted, () => "light" as const);
  return (
    <Sonner
      theme={theme}
      position="bottom-right"
      closeButton
      toastOptions={{
        classNames: {
          toast: "!rounded-md !border-line !bg-overlay !text-ink !text-sm !shadow-overlay !font-sans",
          description: "!text-ink-2",
          success: "[&_[data-icon]]:text-ok",
          error: "[&_[data-icon]]:text-bad",
          actionButton: "!bg-primary !text-on-primary !font-medium",
        },
      }}
    />
  );
}
