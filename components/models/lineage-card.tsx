"use client";
import { useQuery } from "@tanstack/react-query";
import { Box, Database, Flame, type LucideIcon, Rocket, Scale } from "lucide-react";
import { LineageGraph } from "#components/charts/lineage-graph.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { plural } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { LineageKind } from "#server/models/lineage.rule.ts";

const looks: Record<LineageKind, { icon: LucideIcon; word: string; page: string }> = {
  dataset: { icon: Database, word: "dataset", page: "datasets" },
  base: { icon: Box, word: "base", page: "models" },
  run: { icon: Flame, word: "run", page: "runs" },
  version: { icon: Box, word: "version", page: "models" },
  eval: { icon: Scale, word: "eval", page: "evals" },
  deployment: { icon: Rocket, word: "deployment", page: "deployments" },
};

/** What this model came from and what came of it. */
export function LineageCard({ slug, modelId, chosen }: { slug: string; modelId: string; chosen: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.models.lineage.queryOptions({ model: modelId }));
  return (
    <Card
      title="Lineage"
      aside={data && data.leftOut > 0 ? `${plural(data.leftOut, "older version")} not drawn` : undefined}
    >
      {data ? (
        <LineageGraph
          edges={data.edges}
          nodes={data.nodes.map(({ id, kind, label, detail, page }) => {
            const { icon: Icon, word, page: path } = looks[kind];
            const own = page === modelId;
            const href = own ? undefined : `/${slug}/${path}/${page}`;
            return { id, kind: word, label, detail, href, icon: <Icon aria-hidden />, current: id === chosen };
          })}
        />
      ) : (
        <Skeleton className="h-32" />
      )}
    </Card>
  );
}
