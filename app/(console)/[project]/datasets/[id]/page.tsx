import { getQueryClient, HydrateClient, prefetch, titled, trpcFor } from "#app/_trpc/server.tsx";
import { DatasetDetail } from "#components/datasets/dataset-detail.tsx";

type Props = {
  params: Promise<{ project: string; id: string }>;
  searchParams: Promise<{ version?: string }>;
};

async function queryOf({ params, searchParams }: Props) {
  const { project, id } = await params;
  const version = Number((await searchParams).version);
  const asked = { ref: id, ...(Number.isInteger(version) && version > 0 ? { version } : {}) };
  return trpcFor(project).datasets.show.queryOptions(asked);
}

export async function generateMetadata(props: Props) {
  const query = await queryOf(props);
  return titled("Dataset", async () => {
    const { name, version } = await getQueryClient().fetchQuery(query);
    return `${name} v${version.version}`;
  });
}

export default async function DatasetPage(props: Props) {
  const { project, id } = await props.params;
  await prefetch(await queryOf(props));
  return (
    <HydrateClient>
      <DatasetDetail slug={project} id={id} />
    </HydrateClient>
  );
}
