"use client";
import { X } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { cn } from "#components/ui/cn.ts";
import { menuLook } from "#components/ui/dropdown-menu.tsx";
import { FilterTag, toggled, useChoice } from "#components/ui/filter-bar.tsx";
import { fits } from "#components/ui/picker.tsx";
import { PickerList, type PickerOption, type PickerQuery, usePickerSearch } from "#components/ui/picker-list.tsx";

/** What a PickerFilter asks the server, for as long as `enabled`. */
export type FilterAsk = { search: string; chosen: string[]; enabled: boolean };

/** State of a PickerFilter; `ask` is what its query is made from. What is chosen while it is open moves no row. */
export function usePickerFilter(param: string) {
  const [chosen, setChosen] = useChoice(param);
  const [openedWith, setOpenedWith] = useState<string[]>();
  const search = usePickerSearch();
  const ask: FilterAsk = {
    search: search.search,
    chosen: openedWith ?? chosen,
    enabled: openedWith !== undefined || chosen.length > 0,
  };
  return { chosen, setChosen, open: openedWith !== undefined, setOpenedWith, search, ask };
}

/** Any of many values that the server finds; those chosen stay by name, also when they are not among the first. */
export function PickerFilter({
  label,
  noun,
  state,
  query,
  options,
}: {
  label: string;
  /** one of them: "caller" */
  noun: string;
  state: ReturnType<typeof usePickerFilter>;
  query: PickerQuery;
  options: readonly PickerOption[] | undefined;
}) {
  const { chosen, setChosen, open, setOpenedWith, search } = state;
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const [only = ""] = chosen;
  const name = options?.find((option) => option.value === only)?.label;
  if (name !== undefined && names.get(only) !== name) setNames(new Map([[only, name]])); // known while others are shown
  const isChosen = (value: string) => chosen.includes(value);

  function change(next: boolean) {
    setOpenedWith(next ? chosen : undefined);
    if (!next) search.setText("");
  }

  return (
    <Popover.Root open={open} onOpenChange={change} modal>
      <Popover.Trigger asChild>
        <FilterTag label={label} chosen={chosen.length} only={name ?? names.get(only)} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Filter by ${noun}`}
          className={cn(menuLook, "w-72 max-w-[calc(100vw-2rem)] p-0")}
        >
          <PickerList
            noun={noun}
            search={search}
            query={query}
            options={options?.filter(
              (option) =>
                search.search === "" || !state.ask.chosen.includes(option.value) || fits(option, search.search),
            )}
            chosen={isChosen}
            onChoose={(value) => void setChosen(toggled(chosen, value))}
          >
            {chosen.length > 0 && (
              <button
                type="button"
                onClick={() => void setChosen(null)}
                className="flex h-9 w-full items-center gap-2 border-t px-3 text-sm hover:bg-hover [&_svg]:size-4"
              >
                <X aria-hidden /> Clear
              </button>
            )}
          </PickerList>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
