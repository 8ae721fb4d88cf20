"use client";
import { Command } from "cmdk";
import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import { cn } from "#components/ui/cn.ts";
import { menuLook } from "#components/ui/dropdown-menu.tsx";
import { useFieldProps } from "#components/ui/field-context.ts";
import { formatNumber } from "#components/ui/format.ts";
import { controlLook } from "#components/ui/input.tsx";

const typingMs = 150;

export type PickerOption = {
  value: string;
  label: string;
  /** Smaller words under the label. */
  hint?: ReactNode;
  /** Why it cannot be chosen. */
  disabledReason?: string;
};

/** What is typed into a picker, and the same once typing has paused: what the server is asked for. */
export function usePickerSearch() {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), text === "" ? 0 : typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return { text, setText, search };
}

/**
 * Choose one of many: the server finds what is typed, the one chosen is always among its answers. For a few that are all
 * at hand use Select.
 */
export function Picker({
  value,
  onChoose,
  options,
  total,
  search,
  noun,
  placeholder = "Choose …",
  none,
  error,
  id,
}: {
  /** "" is no choice yet */
  value: string;
  onChoose: (value: string) => void;
  /** what the server answered to the search; `undefined` while it is asked for the first time */
  options: readonly PickerOption[] | undefined;
  /** how many fit the search in all */
  total: number | undefined;
  search: ReturnType<typeof usePickerSearch>;
  /** one of them: "dataset" */
  noun: string;
  placeholder?: string;
  /** A first row that chooses nothing: "no eval". */
  none?: string;
  /** why the server did not answer */
  error?: string | undefined;
  id?: string;
}) {
  const [open, setOpen] = useState(false);
  const field = useFieldProps({ id });
  const chosen = options?.find((option) => option.value === value || option.label === value);
  const [last, setLast] = useState<PickerOption>();
  if (chosen && chosen.label !== last?.label) setLast(chosen); // while another search is shown the name stays known
  const label = chosen?.label ?? (last?.value === value ? last.label : undefined) ?? (value === "" ? none : undefined);
  const shown =
    search.search === "" ? options : options?.filter((option) => option !== chosen || fits(option, search.search));

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
        className={cn(controlLook, "flex h-8 min-w-0 items-center gap-2 px-2.5 text-left")}
      >
        <span className={cn("min-w-0 flex-1 truncate", label === undefined && "text-ink-3")}>
          {label ?? (value !== "" && !options ? "…" : placeholder)}
        </span>
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
          <Command label={`Search for a ${noun}`} shouldFilter={false} loop>
            <Command.Input
              value={search.text}
              onValueChange={search.setText}
              placeholder={`Search ${noun}s by name …`}
              className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-ink-3 max-md:text-base"
            />
            <Command.List label={`${noun}s`} className="max-h-72 overflow-y-auto p-1">
              {none !== undefined && search.search === "" && (
                <PickerRow option={{ value: "", label: none }} chosen={value === ""} onChoose={choose} />
              )}
              {shown?.map((option) => (
                <PickerRow key={option.value} option={option} chosen={option === chosen} onChoose={choose} />
              ))}
            </Command.List>
            <p role="status" className="border-t px-3 py-1.5 text-ink-3 text-xs empty:hidden">
              {error ?? formatCount(shown?.length, total, search.search, noun)}
            </p>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function fits(option: PickerOption, search: string) {
  return option.label.toLowerCase().includes(search.toLowerCase());
}

function formatCount(shown: number | undefined, total: number | undefined, search: string, noun: string) {
  if (shown === undefined || total === undefined) return "Searching …";
  if (shown === 0) return search === "" ? `There is no ${noun} to choose.` : `No ${noun} fits “${search}”.`;
  return shown < total ? `${formatNumber(shown)} of ${formatNumber(total)}: type to find the others.` : "";
}

function PickerRow({
  option,
  chosen,
  onChoose,
}: {
  option: PickerOption;
  chosen: boolean;
  onChoose: (value: string) => void;
}) {
  const small = option.disabledReason ?? option.hint;
  return (
    <Command.Item
      value={option.value || "none"}
      disabled={option.disabledReason !== undefined}
      onSelect={() => onChoose(option.value)}
      className="relative flex min-h-8 cursor-default items-center rounded-sm py-1 pr-8 pl-2 data-[disabled=true]:text-ink-3 data-[selected=true]:bg-hover"
    >
      <span className="min-w-0">
        <span className="block truncate">{option.label}</span>
        {small && <span className="block text-ink-3 text-xs">{small}</span>}
      </span>
      {chosen && <Check aria-label="chosen" className="absolute right-2 size-4" />}
    </Command.Item>
  );
}
