import { getQueryClient, HydrateClient, prefetch, titled, trpcFor } from "#app/_trpc/server.tsx";
import { RunDetail } from "#components/runs/run-detail.tsx";

type Props = { params: Promise<{ project: string; id: string }> };

export async function generateMetadata({ params }: Props) {
  const { project, id } = await params;
  const query = trpcFor(project).runs.show.queryOptions({ runId: id });
  return titled("Run", async () => (await getQueryClient().fetchQuery(query)).name);
}

export default async function RunPage({ params }: Props) {
  const { project, id } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.runs.show.queryOptions({ runId: id }), trpc.runs.curves.queryOptions({ runId: id }));
  return (
    <HydrateClient>
      <RunDetail slug={project} runId={id} />
    </HydrateClient>
  );
}
