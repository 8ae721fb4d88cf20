import { getQueryClient, HydrateClient, prefetch, titled, trpcFor } from "#app/_trpc/server.tsx";
import { ModelDetail } from "#components/models/model-detail.tsx";

type Props = { params: Promise<{ project: string; id: string }> };

export async function generateMetadata({ params }: Props) {
  const { project, id } = await params;
  const query = trpcFor(project).models.show.queryOptions({ model: id });
  return titled("Model", async () => (await getQueryClient().fetchQuery(query)).name);
}

export default async function ModelPage({ params }: Props) {
  const { project, id } = await params;
  await prefetch(trpcFor(project).models.show.queryOptions({ model: id }));
  return (
    <HydrateClient>
      <ModelDetail slug={project} modelId={id} />
    </HydrateClient>
  );
}
