import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { DatasetDetail } from "#components/datasets/dataset-detail.tsx";

export const metadata = { title: "Dataset" };

type Props = {
  params: Promise<{ project: string; id: string }>;
  searchParams: Promise<{ version?: string }>;
};

export default async function DatasetPage({ params, searchParams }: Props) {
  const { project, id } = await params;
  const version = Number((await searchParams).version);
  const asked = { ref: id, ...(Number.isInteger(version) && version > 0 ? { version } : {}) };
  await prefetch(trpcFor(project).datasets.show.queryOptions(asked));
  return (
    <HydrateClient>
      <DatasetDetail slug={project} id={id} />
    </HydrateClient>
  );
}
