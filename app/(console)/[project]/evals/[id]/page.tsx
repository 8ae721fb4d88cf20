import { getQueryClient, HydrateClient, prefetch, titled, trpcFor } from "#app/_trpc/server.tsx";
import { EvalDetail } from "#components/evals/eval-detail.tsx";

type Props = { params: Promise<{ project: string; id: string }> };

export async function generateMetadata({ params }: Props) {
  const { project, id } = await params;
  const query = trpcFor(project).evals.show.queryOptions({ evalId: id });
  return titled("Eval", async () => {
    const { candidate, baseline } = await getQueryClient().fetchQuery(query);
    return `${candidate.name} against ${baseline.name}`;
  });
}

export default async function EvalPage({ params }: Props) {
  const { project, id } = await params;
  await prefetch(trpcFor(project).evals.show.queryOptions({ evalId: id }));
  return (
    <HydrateClient>
      <EvalDetail slug={project} evalId={id} />
    </HydrateClient>
  );
}
