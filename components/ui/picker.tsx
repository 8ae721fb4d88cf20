"use client";
import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { cn } from "#components/ui/cn.ts";
import { menuLook } from "#components/ui/dropdown-menu.tsx";
import { useFieldProps } from "#components/ui/field-context.ts";
import { controlLook } from "#components/ui/input.tsx";
import { PickerList, type PickerOption, type PickerQuery, type PickerSearch } from "#components/ui/picker-list.tsx";

/**
 * Choose one of many: the server finds what is typed, the one chosen is always among its answers. For a few that are all
 * at hand use Select.
 */
export function Picker({
  value,
  onChoose,
  options,
  query,
  search,
  noun,
  placeholder = "Choose …",
  searchPlaceholder,
  none,
  id,
  label: name,
}: {
  /** "" is no choice yet */
  value: string;
  onChoose: (value: string) => void;
  /** the rows of `query`, best match first; `undefined` while they are asked for the first time */
  options: readonly PickerOption[] | undefined;
  query: PickerQuery;
  search: PickerSearch;
  /** one of them: "dataset" */
  noun: string;
  placeholder?: string;
  searchPlaceholder?: string;
  /** A first row that chooses nothing: "no eval". */
  none?: Pick<PickerOption, "label" | "hint">;
  id?: string;
  /** Its accessible name where it stands in no Field; the choice is added. */
  label?: string;
}) {
  const [open, setOpen] = useState(false);
  const field = useFieldProps({ id });
  const chosen = options?.find((option) => option.value === value || option.label === value);
  const [last, setLast] = useState<PickerOption>();
  if (chosen && chosen.label !== last?.label) setLast(chosen); // while another search is shown the name stays known
  const held = chosen ?? (last?.value === value ? last : undefined);
  const label = held ? (held.shownAs ?? held.label) : value === "" ? none?.label : undefined;
  const typed = search.search !== "";
  const rows = typed ? options?.filter((option) => option !== chosen || fits(option, search.search)) : options;
  const shown = label ?? (value !== "" && !options ? "…" : placeholder);

  function close(next: boolean) {
    setOpen(next);
    if (!next) search.setText("");
  }
  function choose(next: string) {
    onChoose(next);
    close(false);
  }

  return (
    <Popover.Root open={open} onOpenChange={close} modal>
      <Popover.Trigger
        {...field}
        role="combobox"
        aria-expanded={open}
        aria-haspopup="listbox"
        {...(name ? { "aria-label": `${name}: ${shown}` } : {})}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          setOpen(true);
        }}
        className={cn(controlLook, "flex h-8 min-w-0 items-center gap-2 px-2.5 text-left")}
      >
        <span className={cn("min-w-0 flex-1 truncate", label === undefined && "text-ink-3")}>{shown}</span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Choose a ${noun}`}
          className={cn(menuLook, "w-[max(var(--radix-popover-trigger-width),18rem)] max-w-[calc(100vw-2rem)] p-0")}
        >
          <PickerList
            noun={noun}
            {...(searchPlaceholder ? { placeholder: searchPlaceholder } : {})}
            search={search}
            query={query}
            options={rows && none && !typed ? [{ value: "", ...none }, ...rows] : rows}
            chosen={(row) => row === (chosen?.value ?? value)}
            onChoose={choose}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The chosen one is among the answers whatever was typed: here only where it fits. */
export function fits(option: PickerOption, search: string) {
  return option.label.toLowerCase().includes(search.toLowerCase());
}
