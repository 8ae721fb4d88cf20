import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { ImportModelFlow } from "#components/models/import-model.tsx";

export const metadata = { title: "Import a base model" };

export default async function NewModelPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(trpcFor(project).models.list.queryOptions({ kind: "base", limit: 100 }));
  return (
    <HydrateClient>
      <ImportModelFlow slug={project} />
    </HydrateClient>
  );
}
