import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { ModelDetail } from "#components/models/model-detail.tsx";

export const metadata = { title: "Model" };

export default async function ModelPage({ params }: { params: Promise<{ project: string; id: string }> }) {
  const { project, id } = await params;
  await prefetch(trpcFor(project).models.show.queryOptions({ model: id }));
  return (
    <HydrateClient>
      <ModelDetail slug={project} modelId={id} />
    </HydrateClient>
  );
}
