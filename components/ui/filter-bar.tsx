"use client";
import { Plus, Search, X } from "lucide-react";
import { debounce, parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { DropdownMenu, MenuCheck, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { Input } from "#components/ui/input.tsx";

const typingMs = 250;

/** The row above a list. Its filters live in the URL: read the same params with nuqs where you query. */
export function FilterBar({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <search className="flex flex-wrap items-center gap-2">
      {children}
      {aside && <div className="flex items-center gap-2 text-ink-3 text-xs md:ml-auto">{aside}</div>}
    </search>
  );
}

/** Free text in `?q=`. */
export function SearchFilter({
  param = "q",
  placeholder = "Filter by name",
}: {
  param?: string;
  placeholder?: string;
}) {
  const [text, setText] = useQueryState(param, parseAsString.withDefault(""));
  return (
    <div className="w-full md:w-60">
      <Input
        type="search"
        aria-label={placeholder}
        placeholder={placeholder}
        icon={<Search aria-hidden />}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          void setText(next || null, { limitUrlUpdates: next ? debounce(typingMs) : undefined });
        }}
      />
    </div>
  );
}

/** The values chosen in a ChoiceFilter; empty means no filter. */
export function useChoice(param: string) {
  return useQueryState(param, parseAsArrayOf(parseAsString).withDefault([]));
}

/** Any of several values, as a tag: dashed while it filters nothing, filled while it does. */
export function ChoiceFilter({
  param,
  label,
  options,
}: {
  param: string;
  label: string;
  options: readonly { value: string; label: ReactNode }[];
}) {
  const [chosen, setChosen] = useChoice(param);
  const on = chosen.length > 0;
  const only = chosen.length === 1 ? options.find((option) => option.value === chosen[0])?.label : undefined;
  function toggle(value: string, checked: boolean) {
    const next = checked ? [...chosen, value] : chosen.filter((other) => other !== value);
    void setChosen(next.length ? next : null);
  }
  const tag = (
    <button
      type="button"
      className={cn(
        "inline-flex h-6.5 items-center gap-1.5 whitespace-nowrap rounded-md border px-2 text-xs [&_svg]:size-3.5",
        on
          ? "border-transparent bg-accent-soft text-accent"
          : "border-line-strong border-dashed text-ink-2 hover:bg-hover",
      )}
    >
      {!on && <Plus aria-hidden />}
      {label}
      {on && <span>: {only ?? `any of ${chosen.length}`}</span>}
    </button>
  );
  return (
    <DropdownMenu align="start" trigger={tag}>
      {options.map((option) => (
        <MenuCheck
          key={option.value}
          checked={chosen.includes(option.value)}
          onCheckedChange={(checked) => toggle(option.value, checked === true)}
        >
          {option.label}
        </MenuCheck>
      ))}
      {on && (
        <>
          <MenuLine />
          <MenuItem onSelect={() => void setChosen(null)}>
            <X aria-hidden />
            Clear
          </MenuItem>
        </>
      )}
    </DropdownMenu>
  );
}
