import type { ReactNode } from "react";
import { Breakable } from "#components/ui/breakable.tsx";
import { cn } from "#components/ui/cn.ts";
import { CopyButton } from "#components/ui/copy-button.tsx";

/** Code, JSON, a prompt or an answer in a sunken well. `copy` adds the button; `label` says what it is. */
export function CodeWell({
  children,
  copy,
  label,
  wrap = true,
  className,
}: {
  children: ReactNode;
  /** The text to copy. */
  copy?: string;
  label?: string;
  /** Off for code: long lines are scrolled, not broken. */
  wrap?: boolean;
  className?: string;
}) {
  return (
    <div className="relative min-w-0">
      <figure
        aria-label={label ?? "Code"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className={cn(
          "max-h-96 overflow-auto rounded-md border bg-sunken px-3 py-2.5 font-mono text-xs/[1.125rem]",
          wrap ? "whitespace-pre-wrap [overflow-wrap:break-word] [word-break:normal]" : "whitespace-pre",
          copy !== undefined && "pr-10",
          className,
        )}
      >
        {wrap && typeof children === "string" ? <Breakable text={children} /> : children}
      </figure>
      {copy !== undefined && (
        <div className="absolute top-px right-px rounded-md bg-sunken p-1">
          <CopyButton value={copy} label={label ? `Copy ${label}` : "Copy"} />
        </div>
      )}
    </div>
  );
}
