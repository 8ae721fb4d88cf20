"use client";
import { CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { CopyButton } from "#components/ui/copy-button.tsx";

/** Nothing here yet: what this is for, and the next step. */
export function EmptyState({
  icon,
  title,
  children,
  action,
  heading: Heading = "h2",
  className,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** `h1` where nothing else names the page. */
  heading?: "h1" | "h2";
  className?: string;
}) {
  return (
    <div className={cn("grid justify-items-center gap-1 px-6 py-12 text-center", className)}>
      {icon && <div className="mb-2 text-ink-3 [&_svg]:size-6 [&_svg]:stroke-[1.5]">{icon}</div>}
      <Heading className="font-semibold text-base">{title}</Heading>
      {children && <div className="max-w-md text-ink-2">{children}</div>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** It did not load: what happened, what to do, and the request id to quote. */
export function ErrorState({
  title = "This did not load",
  message,
  requestId,
  onRetry,
  heading: Heading = "h2",
  className,
}: {
  title?: string;
  message: ReactNode;
  requestId?: string | undefined;
  onRetry?: () => unknown;
  heading?: "h1" | "h2";
  className?: string;
}) {
  return (
    <div role="alert" className={cn("grid justify-items-center gap-1 px-6 py-12 text-center", className)}>
      <CircleX aria-hidden className="mb-2 size-6 stroke-[1.5] text-bad" />
      <Heading className="font-semibold text-base">{title}</Heading>
      <p className="max-w-md text-ink-2">{message}</p>
      {requestId && (
        <p className="flex items-center gap-1 text-ink-3 text-xs">
          Request <code className="font-mono">{requestId}</code>
          <CopyButton value={requestId} label="Copy request id" />
        </p>
      )}
      {onRetry && (
        <Button className="mt-4" onClick={() => void onRetry()}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A page that could not be drawn; what broke on the server has a number, what broke in the browser has none. */
export function BrokenState({
  title,
  digest,
  onRetry,
}: {
  title: string;
  digest: string | undefined;
  onRetry: () => void;
}) {
  const then = digest ? "quote the number below" : "reload the page and say what you did last";
  return (
    <ErrorState
      heading="h1"
      title={title}
      message={`Something went wrong on our side. Try again; if it happens again, ${then}.`}
      requestId={digest}
      onRetry={onRetry}
    />
  );
}
