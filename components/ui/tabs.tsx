"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { formatNumber } from "#components/ui/format.ts";

const listLook = "flex gap-5 overflow-x-auto border-b [scrollbar-width:none]";
const tabLook =
  "-mb-px flex shrink-0 items-center gap-1.5 whitespace-nowrap border-b-2 border-transparent pt-1.5 pb-2.25 text-ink-2 hover:text-ink focus-visible:-outline-offset-2";

export type Tab<Id extends string = string> = { id: Id; label: string; count?: number | undefined; content: ReactNode };

/** Tabs of a detail page; the chosen one lives in the URL (`?tab=`), so a link and a reload find it again. */
export function Tabs<Id extends string>({
  tabs,
  label,
  param = "tab",
}: {
  tabs: readonly [Tab<Id>, ...Tab<Id>[]];
  label: string;
  param?: string;
}) {
  const ids = tabs.map((tab) => tab.id);
  const [chosen, setChosen] = useQueryState(param, parseAsStringLiteral(ids).withDefault(tabs[0].id));
  function choose(next: string) {
    const tab = tabs.find((candidate) => candidate.id === next);
    if (tab) void setChosen(tab.id);
  }
  return (
    <Radix.Root value={chosen} onValueChange={choose} className="grid grid-cols-[minmax(0,1fr)] gap-4 md:gap-5">
      <Radix.List aria-label={label} className={listLook}>
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className={cn(
              tabLook,
              "data-[state=active]:border-ink data-[state=active]:font-medium data-[state=active]:text-ink",
            )}
          >
            {tab.label}
            {tab.count !== undefined && <small className="text-ink-3 text-xs">{formatNumber(tab.count)}</small>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
