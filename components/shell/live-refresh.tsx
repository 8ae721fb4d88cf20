"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffectEvent, useRef } from "react";
import { z } from "zod";
import { useLive } from "#components/live.tsx";
import { useProject } from "#components/shell/project-context.tsx";
import type { LiveKind } from "#server/signals/live.ts";

const Hint = z.object({ kind: z.string(), id: z.string() });

/** Hints come in bursts (a split, an import, twenty evals): queries are asked again at most this often. */
const gatherMs = 1_000;

/** Domains whose hint has another name than their router. */
const routerOf: Readonly<Record<string, string>> = { suites: "evals" } satisfies Partial<Record<LiveKind, string>>;

/** Asks again what a hint says has changed: every list of the project stays live without a line in its page. */
export function LiveRefresh() {
  const { id } = useProject();
  const queryClient = useQueryClient();
  const waiting = useRef<{ routers: Set<string>; timer: ReturnType<typeof setTimeout> | undefined }>({
    routers: new Set(),
    timer: undefined,
  });

  const refresh = useEffectEvent(() => {
    const { routers } = waiting.current;
    const all = routers.has("reconnected");
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) => {
        const path = queryKey[0];
        return (
          Array.isArray(path) && (all || path[0] === "ops" || path[0] === "routing" || routers.has(String(path[0])))
        );
      },
    });
    waiting.current = { routers: new Set(), timer: undefined };
  });

  useLive(`project:${id}`, ({ data }) => {
    const hint = Hint.safeParse(data);
    if (!hint.success) return;
    waiting.current.routers.add(routerOf[hint.data.kind] ?? hint.data.kind);
    waiting.current.timer ??= setTimeout(refresh, gatherMs);
  });
  return null;
}
