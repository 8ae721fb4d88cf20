"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import { describeEvent } from "#server/deployments/timeline.rule.ts";
import { actorLabel } from "#server/signals/actor-label.rule.ts";

/** What was done here and what was refused, from the audit log. */
export function TimelineCard({ slug, deploymentId }: { slug: string; deploymentId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.deployments.timeline.queryOptions({ deploymentId }));
  return (
    <Card title="Timeline" aside={<TextLink href={`/${slug}/settings/audit?target=${deploymentId}`}>All</TextLink>}>
      {!data ? (
        <Skeleton className="h-24" />
      ) : (
        <Timeline
          items={data.items.map((item) => {
            const words = describeEvent(item);
            return {
              id: item.id,
              state: words.state,
              title: words.title,
              detail: (
                <>
                  <RelativeTime at={item.at} />, by {actorLabel(item.actor, item.actorName)}
                  {words.detail && <div>{words.detail}</div>}
                </>
              ),
            };
          })}
        />
      )}
    </Card>
  );
}
