import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";

/** The strip of three to six key facts under a page's head. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cn("overflow-hidden rounded-lg border bg-panel", className)}>
      <dl className="-mt-px -ml-px flex flex-wrap">{children}</dl>
    </div>
  );
}

/** One fact. Say "not measured" as the value rather than leave it out; `note` carries the unit's context and evidence. */
export function Fact({
  label,
  value,
  note,
  muted = false,
}: {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  /** For "not measured" and its like: the words must not look like a number. */
  muted?: boolean;
}) {
  return (
    <div className="min-w-0 flex-[1_1_45%] border-t border-l px-4 py-3 md:flex-[1_1_130px]">
      <dt className="text-ink-3 text-xs">{label}</dt>
      <dd
        className={cn(
          "mt-0.5 break-words text-lg tabular-nums tracking-[-0.01em]",
          muted ? "font-normal text-ink-3" : "font-semibold",
        )}
      >
        {value}
      </dd>
      {note && <dd className="mt-0.5 text-ink-3 text-xs">{note}</dd>}
    </div>
  );
}
