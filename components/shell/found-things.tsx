"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import {
  Box,
  CircleAlert,
  Database,
  Flame,
  KeyRound,
  List,
  type LucideIcon,
  Rocket,
  Scale,
  UserRound,
} from "lucide-react";
import { useEffect, useState } from "react";
import { failureOf } from "#components/failure.ts";
import { SearchGroup, SearchItem } from "#components/shell/search-parts.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { shortId } from "#components/ui/format.ts";
import { isSearchable } from "#server/ops/input.ts";
import type { Found, FoundKind } from "#server/ops/search.ts";

const typingMs = 150;

const kinds: Record<FoundKind, { icon: LucideIcon; path: (found: Found) => string }> = {
  dataset: { icon: Database, path: ({ id }) => `datasets/${id}` },
  run: { icon: Flame, path: ({ id }) => `runs/${id}` },
  eval: { icon: Scale, path: ({ id }) => `evals/${id}` },
  model: { icon: Box, path: ({ id }) => `models/${id}` },
  version: { icon: Box, path: ({ id, of }) => (of ? `models/${of.id}?version=${of.number}` : `models/${id}`) },
  deployment: { icon: Rocket, path: ({ id }) => `deployments/${id}` },
  revision: { icon: Rocket, path: ({ id, of }) => `deployments/${of?.id ?? id}` },
  key: { icon: KeyRound, path: () => "settings/keys" },
  member: { icon: UserRound, path: () => "settings/members" },
  request: { icon: List, path: ({ id }) => `requests?request=${id}` },
};

/** Where a list shows all of a kind; versions and revisions stand on the page of their model or deployment. */
const lists: Partial<Record<FoundKind, { path: string; words: string }>> = {
  dataset: { path: "datasets", words: "datasets" },
  run: { path: "runs", words: "runs" },
  eval: { path: "evals", words: "evals" },
  model: { path: "models", words: "models" },
  deployment: { path: "deployments", words: "deployments" },
  key: { path: "settings/keys", words: "keys" },
  member: { path: "settings/members", words: "members" },
};

/** What is called so, or has this id. */
export function FoundThings({ text, onGo }: { text: string; onGo: (path: string) => void }) {
  const trpc = useTRPC();
  const asked = useSettled(text.trim());
  const found = useQuery({
    ...trpc.ops.search.queryOptions({ text: asked }),
    enabled: isSearchable(asked),
    placeholderData: keepPreviousData,
  });
  if (!isSearchable(text.trim())) return null;
  if (found.error)
    return (
      <SearchGroup heading="In this project">
        <SearchItem value={text} icon={<CircleAlert aria-hidden />} onSelect={() => void found.refetch()}>
          <span role="alert" className="truncate text-bad">
            Not searched: {failureOf(found.error).message}
          </span>
        </SearchItem>
      </SearchGroup>
    );
  if (!found.data?.items.length) return null;
  return (
    <SearchGroup heading="In this project">
      {found.data.items.map((thing) => {
        const { icon: Icon, path } = kinds[thing.kind];
        return (
          <SearchItem key={thing.id} value={thing.id} icon={<Icon aria-hidden />} onSelect={() => onGo(path(thing))}>
            <span className="truncate">{thing.name}</span>
            <span className="ml-auto shrink-0 text-ink-3 text-xs">
              {thing.kind} <span className="font-mono">{shortId(thing.id)}</span>
            </span>
          </SearchItem>
        );
      })}
      {found.data.more.map(({ kind, text: fitting }) => {
        const list = lists[kind];
        return list ? (
          <SearchItem
            key={kind}
            value={`all ${kind}`}
            icon={<List aria-hidden />}
            onSelect={() => onGo(`${list.path}?q=${encodeURIComponent(fitting)}`)}
          >
            Show all {list.words} that fit “{fitting}”
          </SearchItem>
        ) : null;
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
