"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Command } from "cmdk";
import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { useTRPC } from "#components/trpc.tsx";
import { cn } from "#components/ui/cn.ts";
import { menuLook } from "#components/ui/dropdown-menu.tsx";
import { controlLook } from "#components/ui/input.tsx";
import { usePickerSearch } from "#components/ui/picker.tsx";
import type { AppRouter } from "#server/router.ts";

type Choice = inferRouterOutputs<AppRouter>["routing"]["callable"]["items"][number];

/** Any name that an API call may ask for, found by typing; a name that is not listed can be asked for too. */
export function ModelPicker({
  label,
  value,
  onChoose,
}: {
  label: string;
  value: string;
  onChoose: (name: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const search = usePickerSearch();
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.routing.callable.queryOptions({ search: search.search }, { placeholderData: keepPreviousData }),
  );
  const choices = data?.items ?? [];
  const groups = Map.groupBy(choices, (choice) => choice.group);
  const wanted = search.text.trim();
  const other = wanted !== "" && !choices.some((choice) => choice.name === wanted) ? wanted : null;

  function choose(name: string) {
    onChoose(name);
    setOpen(false);
    search.setText("");
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={`${label}: ${value || "Choose a model"}`}
        className={cn(controlLook, "flex h-8 min-w-0 flex-1 items-center gap-2 px-2.5 text-left")}
      >
        <span className={cn("min-w-0 flex-1 truncate", value ? "font-medium" : "text-ink-3")}>
          {value || "Choose a model"}
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className={cn(menuLook, "w-80 max-w-[calc(100vw-2rem)] p-0")}
        >
          <Command label={label} shouldFilter={false} loop>
            <Command.Input
              value={search.text}
              onValueChange={search.setText}
              placeholder="A deployment, model or version …"
              className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-ink-3 max-md:text-base"
            />
            <Command.List className="max-h-80 overflow-y-auto p-1">
              {[...groups].map(([group, its]) => (
                <Command.Group
                  key={group}
                  heading={group}
                  className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-3"
                >
                  {its.map((choice) => (
                    <PickerItem key={choice.name} choice={choice} chosen={choice.name === value} onChoose={choose} />
                  ))}
                </Command.Group>
              ))}
              {other && (
                <Command.Item value={`ask ${other}`} onSelect={() => choose(other)} className={itemLook}>
                  Ask for “{other}”
                </Command.Item>
              )}
              {value && (
                <Command.Item value="leave empty" onSelect={() => choose("")} className={cn(itemLook, "text-ink-3")}>
                  Leave this side empty
                </Command.Item>
              )}
            </Command.List>
            {data?.more && (
              <p className="border-t px-3 py-1.5 text-ink-3 text-xs">There are more: type to find them.</p>
            )}
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const itemLook =
  "relative flex min-h-8 cursor-default items-center gap-2 rounded-sm py-1 pr-7 pl-2 data-[disabled=true]:opacity-50 data-[selected=true]:bg-hover";

function PickerItem({
  choice,
  chosen,
  onChoose,
}: {
  choice: Choice;
  chosen: boolean;
  onChoose: (name: string) => void;
}) {
  return (
    <Command.Item
      value={choice.name}
      disabled={choice.notCallable !== null}
      onSelect={() => onChoose(choice.name)}
      className={itemLook}
    >
      <span className="min-w-0">
        <span className="block truncate">{choice.name}</span>
        <span className="block truncate text-ink-3 text-xs">{choice.notCallable ?? choice.note}</span>
      </span>
      {chosen && <Check aria-label="chosen" className="absolute right-2 size-4" />}
    </Command.Item>
  );
}
