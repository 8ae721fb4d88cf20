"use client";
import { Plus, Search, X } from "lucide-react";
import { debounce, parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import type { ComponentProps, ReactNode } from "react";
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

/** The choice with one more value, or without it; null for none. */
export function toggled(chosen: readonly string[], value: string): string[] | null {
  const next = chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value];
  return next.length ? next : null;
}

/** What opens a filter of several values: dashed while it filters nothing, filled while it does. */
export function FilterTag({
  label,
  chosen,
  only,
  ...rest
}: ComponentProps<"button"> & {
  label: string;
  /** how many are chosen */
  chosen: number;
  /** the name of the one chosen */
  only: ReactNode;
}) {
  const on = chosen > 0;
  return (
    <button
      type="button"
      {...rest}
      className={cn(
        "inline-flex h-6.5 max-w-80 items-center gap-1.5 whitespace-nowrap rounded-md border px-2 text-xs [&_svg]:size-3.5 [&_svg]:shrink-0",
        on
          ? "border-transparent bg-accent-soft text-accent"
          : "border-line-strong border-dashed text-ink-2 hover:bg-hover",
      )}
    >
      {!on && <Plus aria-hidden />}
      <span className="truncate">
        {label}
        {on && <>: {(chosen === 1 && only) || `any of ${chosen}`}</>}
      </span>
    </button>
  );
}

/** Any of a few values that are all at hand; for many see PickerFilter. */
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
  const only = options.find((option) => option.value === chosen[0])?.label;
  return (
    <DropdownMenu align="start" trigger={<FilterTag label={label} chosen={chosen.length} only={only} />}>
      {options.map((option) => (
        <MenuCheck
          key={option.value}
          checked={chosen.includes(option.value)}
          onCheckedChange={() => void setChosen(toggled(chosen, option.value))}
        >
          {option.label}
        </MenuCheck>
      ))}
      {chosen.length > 0 && (
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
