"use client";
import { Command } from "cmdk";
import { Check } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { failureOf } from "#components/failure.ts";
import { formatNumber } from "#components/ui/format.ts";

const typingMs = 150;
/** cmdk takes the first row when its value is empty, also one of another search: this value is no row's. */
const noRow = "\u0000";

export type PickerOption = {
  value: string;
  label: string;
  /** What the closed picker shows once it is chosen, where that is not its label. */
  shownAs?: string;
  /** Smaller words under the label. */
  hint?: ReactNode;
  /** Why it cannot be chosen. */
  disabledReason?: string;
  /** The heading it stands under; those of one group follow one another. */
  group?: string;
};

/** What `useQuery` gives for a picker's answers; `keepPreviousData` shows the last ones while the next are asked for. */
export type PickerQuery = {
  data: { total: number } | { more: boolean } | undefined;
  error: unknown;
  isPlaceholderData: boolean;
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
export type PickerSearch = ReturnType<typeof usePickerSearch>;

/**
 * The search field and the rows under it. Enter chooses the best match of what stands in the field, and waits for it while
 * the server is asked: rows of another text are shown but are neither active nor chosen by a key.
 */
export function PickerList({
  noun,
  placeholder,
  search,
  query,
  options,
  chosen,
  onChoose,
  children,
}: {
  /** one of them: "dataset" */
  noun: string;
  placeholder?: string;
  search: PickerSearch;
  query: PickerQuery;
  /** the rows, best match first; `undefined` while they are asked for the first time */
  options: readonly PickerOption[] | undefined;
  chosen: (value: string) => boolean;
  onChoose: (value: string) => void;
  /** below the rows */
  children?: ReactNode;
}) {
  const [moved, setMoved] = useState<{ search: string; row: string }>();
  const [entered, setEntered] = useState<string>();
  const [refused, setRefused] = useState(0); // another value each time takes back the row that cmdk has made active
  const typed = search.text.trim();
  const settled = options !== undefined && typed === search.search && !query.isPlaceholderData;
  const enabled = options?.filter((option) => option.disabledReason === undefined) ?? [];
  const isBest = (option: PickerOption) =>
    typed === "" ? chosen(option.value) : option.label.toLowerCase() === typed.toLowerCase();
  const first = enabled.find(isBest) ?? enabled[0];
  const here = moved?.search === typed ? enabled.find((option) => rowValue(option) === moved.row) : undefined;
  const active = settled ? (here ?? first) : undefined;

  useEffect(() => {
    const waiting = entered === typed && !settled && !query.error;
    if (entered === undefined || waiting) return;
    setEntered(undefined);
    if (entered === typed && active) onChoose(active.value);
  }, [entered, typed, settled, active, query.error, onChoose]);

  function press(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.nativeEvent.isComposing || settled) return;
    event.preventDefault(); // else cmdk chooses a row of the text before
    setEntered(typed);
  }

  return (
    <Command
      label={`Search for a ${noun}`}
      shouldFilter={false}
      loop
      value={active ? rowValue(active) : `${noRow}${refused}`}
      onValueChange={(row) => (settled ? setMoved({ search: typed, row }) : setRefused(refused + 1))}
      onKeyDown={press}
    >
      <Command.Input
        value={search.text}
        onValueChange={search.setText}
        placeholder={placeholder ?? `Search ${noun}s by name …`}
        className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-ink-3 max-md:text-base"
      />
      <Command.List
        label={`${noun}s`}
        aria-busy={!settled}
        className="group max-h-72 overflow-y-auto p-1 transition-opacity aria-busy:opacity-60 aria-busy:delay-300"
      >
        {grouped(options ?? []).map(([group, rows]) => {
          const its = rows.map((option) => (
            <PickerRow key={option.value} option={option} chosen={chosen(option.value)} onChoose={onChoose} />
          ));
          if (group === undefined) return its;
          return (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-3"
            >
              {its}
            </Command.Group>
          );
        })}
      </Command.List>
      <p role="status" className="border-t px-3 py-1.5 text-ink-3 text-xs empty:hidden">
        {query.error ? failureOf(query.error).message : formatCount(options?.length, query.data, search.search, noun)}
      </p>
      {children}
    </Command>
  );
}

/** cmdk trims values and takes an empty one for none. */
const rowValue = (option: PickerOption) => `[${option.value}]`;

function grouped(options: readonly PickerOption[]) {
  return [...Map.groupBy(options, (option) => option.group)];
}

function formatCount(shown: number | undefined, data: PickerQuery["data"], search: string, noun: string) {
  if (shown === undefined || data === undefined) return "Searching …";
  if (shown === 0) return search === "" ? `There is no ${noun} to choose.` : `No ${noun} fits “${search}”.`;
  if ("more" in data) return data.more ? "There are more: type to find them." : "";
  const { total } = data;
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
      value={rowValue(option)}
      disabled={option.disabledReason !== undefined}
      onSelect={() => onChoose(option.value)}
      className="relative flex min-h-8 cursor-default items-center rounded-sm py-1 pr-8 pl-2 data-[disabled=true]:text-ink-3 group-aria-[busy=false]:data-[selected=true]:bg-hover"
    >
      <span className="min-w-0">
        <span className="block truncate">{option.label}</span>
        {small && <span className="block text-ink-3 text-xs">{small}</span>}
      </span>
      {chosen && <Check aria-label="chosen" className="absolute right-2 size-4" />}
    </Command.Item>
  );
}
