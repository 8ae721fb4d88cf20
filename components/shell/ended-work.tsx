"use client";
import { useQueryClient } from "@tanstack/react-query";
import { usePathname, useRouter } from "next/navigation";
import { useEffectEvent, useRef, useState } from "react";
import { z } from "zod";
import { useLive } from "#components/live.tsx";
import { useProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { notify } from "#components/ui/toast.tsx";
import type { EvalStatus, RunStatus } from "#db/enums.ts";

const Hint = z.object({ kind: z.enum(["runs", "evals"]), id: z.string() });
const endings: Partial<Record<RunStatus | EvalStatus, string>> = {
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "was cancelled",
};

type Work = { name: string; status: RunStatus | EvalStatus; createdBy: string; finishedAt: Date | null };

/** Says in the corner that a run or an eval which this person started has ended, wherever in the console they are. */
export function EndedWork({ personId }: { personId: string }) {
  const { id: projectId, slug } = useProject();
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const path = usePathname();
  const [openedAt] = useState(() => new Date());
  const told = useRef(new Set<string>());

  const find = async (kind: "runs" | "evals", id: string): Promise<Work> => {
    if (kind === "runs") return client.fetchQuery(trpc.runs.show.queryOptions({ runId: id }));
    const { row, candidate, suite } = await client.fetchQuery(trpc.evals.show.queryOptions({ evalId: id }));
    return { ...row, name: `${candidate.name} on ${suite.name}` };
  };

  const look = useEffectEvent(async (kind: "runs" | "evals", id: string) => {
    const work = await find(kind, id).catch(() => null); // a page that shows it says why it cannot be read
    const ending = work ? endings[work.status] : undefined;
    if (!work || !ending || work.createdBy !== `user:${personId}` || path.includes(id)) return;
    if (!work.finishedAt || work.finishedAt < openedAt) return;
    const once = `${id} ${work.finishedAt.getTime()}`;
    if (told.current.has(once)) return;
    told.current.add(once);
    const open = () => router.push(`/${slug}/${kind}/${id}`);
    notify.ended(`${work.name} ${ending}`, work.status === "failed", { label: "Open", onClick: open });
  });

  useLive(`project:${projectId}`, ({ data }) => {
    const hint = Hint.safeParse(data);
    if (hint.success) void look(hint.data.kind, hint.data.id);
  });
  return null;
}
