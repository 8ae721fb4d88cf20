"use client";
import { type ReactNode, useState } from "react";
import { LinkButton } from "#components/ui/button.tsx";
import { formatNumber } from "#components/ui/format.ts";

const longCharacters = 1_200;

/** How long an example is when it is too long to show whole at once, else null. */
export function isLong(value: unknown): number | null {
  const { length } = JSON.stringify(value);
  return length > longCharacters ? length : null;
}

/** The beginning of something long, and a button for the rest. */
export function Clamped({ long, children }: { long: number | null; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  if (long === null) return children;
  return (
    <div className="grid justify-items-start gap-1">
      <div
        className={
          open ? "w-full" : "max-h-56 w-full overflow-hidden [mask-image:linear-gradient(black_75%,transparent)]"
        }
      >
        {children}
      </div>
      <LinkButton className="text-xs" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Show less" : `Show all ${formatNumber(long)} characters`}
      </LinkButton>
    </div>
  );
}
