"use client";
import type { ReactNode } from "react";

export type TooltipLine = { key: string; label: string; color: string; value: string };

/** One reading across all series at the pointer or at the arrow keys' place. */
export function TooltipBox({ head, lines }: { head: ReactNode; lines: readonly TooltipLine[] }) {
  return (
    <div className="grid gap-1 rounded-md border bg-overlay px-2.5 py-2 text-xs shadow-overlay">
      <div className="font-medium text-ink">{head}</div>
      {lines.map((line) => (
        <div key={line.key} className="flex items-center gap-2 text-ink-2">
          <span aria-hidden className="size-2 rounded-[2px]" style={{ background: line.color }} />
          <span>{line.label}</span>
          <span className="ml-auto pl-3 text-ink tabular-nums">{line.value}</span>
        </div>
      ))}
    </div>
  );
}
