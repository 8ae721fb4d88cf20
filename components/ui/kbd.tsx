import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";

export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd className={cn("rounded-sm border bg-panel px-1 font-medium font-sans text-2xs text-ink-3", className)}>
      {children}
    </kbd>
  );
}
