import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { RunDetail } from "#components/runs/run-detail.tsx";

export const metadata = { title: "Run" };

export default async function RunPage({ params }: { params: Promise<{ project: string; id: string }> }) {
  const { project, id } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.runs.show.queryOptions({ runId: id }), trpc.runs.curves.queryOptions({ runId: id }));
  return (
    <HydrateClient>
      <RunDetail slug={project} runId={id} />
    </HydrateClient>
  );
}
