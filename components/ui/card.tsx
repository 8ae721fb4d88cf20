import { type ReactNode, useId } from "react";
import { cn } from "#components/ui/cn.ts";

/** A panel with a 44 px head. `flush` leaves out the padding, for tables and rows that run to the edge. */
export function Card({
  title,
  aside,
  flush = false,
  className,
  bodyClassName,
  children,
}: {
  title?: ReactNode;
  /** Right side of the head: links, legend, a chip. */
  aside?: ReactNode;
  flush?: boolean;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={cn("min-w-0 overflow-hidden rounded-lg border bg-panel", className)}
    >
      {(title || aside) && (
        <header className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-b px-4 py-2.5">
          {title && (
            <h2 id={id} className="font-semibold text-sm">
              {title}
            </h2>
          )}
          {aside && (
            <div className="ml-auto flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3 text-xs">{aside}</div>
          )}
        </header>
      )}
      <div className={cn(flush ? "" : "p-4", bodyClassName)}>{children}</div>
    </section>
  );
}

/** Rows inside a flush card, parted by lines. */
export function CardRows({ children, className }: { children: ReactNode; className?: string }) {
  return <ul className={cn("divide-y", className)}>{children}</ul>;
}

export function CardRow({ children, className }: { children: ReactNode; className?: string }) {
  return <li className={cn("flex items-center gap-3 px-4 py-2.5", className)}>{children}</li>;
}
