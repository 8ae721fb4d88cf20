"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Box, Database, Flame, KeyRound, List, type LucideIcon, Rocket, Scale } from "lucide-react";
import { useEffect, useState } from "react";
import { SearchGroup, SearchItem } from "#components/shell/search-parts.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { shortId } from "#components/ui/format.ts";
import { leastSearchCharacters } from "#server/ops/input.ts";

const typingMs = 150;

const kinds: Record<string, { icon: LucideIcon; path: (id: string) => string }> = {
  dataset: { icon: Database, path: (id) => `datasets/${id}` },
  run: { icon: Flame, path: (id) => `runs/${id}` },
  eval: { icon: Scale, path: (id) => `evals/${id}` },
  model: { icon: Box, path: (id) => `models/${id}` },
  deployment: { icon: Rocket, path: (id) => `deployments/${id}` },
  key: { icon: KeyRound, path: () => "settings/keys" },
  request: { icon: List, path: (id) => `requests?request=${id}` },
};

/** What is called so, or has this id. */
export function FoundThings({ text, onGo }: { text: string; onGo: (path: string) => void }) {
  const trpc = useTRPC();
  const asked = useSettled(text.trim());
  const found = useQuery({
    ...trpc.ops.search.queryOptions({ text: asked }),
    enabled: asked.length >= leastSearchCharacters,
    placeholderData: keepPreviousData,
  });
  if (text.trim().length < leastSearchCharacters || !found.data?.length) return null;
  return (
    <SearchGroup heading="In this project">
      {found.data.map((thing) => {
        const kind = kinds[thing.kind];
        if (!kind) return null;
        const Icon = kind.icon;
        return (
          <SearchItem
            key={thing.id}
            value={`${text} ${thing.name} ${thing.id}`}
            icon={<Icon aria-hidden />}
            onSelect={() => onGo(kind.path(thing.id))}
          >
            <span className="truncate">{thing.name}</span>
            <span className="ml-auto shrink-0 text-ink-3 text-xs">
              {thing.kind} <span className="font-mono">{shortId(thing.id)}</span>
            </span>
          </SearchItem>
        );
      })}
    </SearchGroup>
  );
}

/** The text once typing has paused. */
function useSettled(text: string) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
