import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { EvalDetail } from "#components/evals/eval-detail.tsx";

export const metadata = { title: "Eval" };

export default async function EvalPage({ params }: { params: Promise<{ project: string; id: string }> }) {
  const { project, id } = await params;
  await prefetch(trpcFor(project).evals.show.queryOptions({ evalId: id }));
  return (
    <HydrateClient>
      <EvalDetail slug={project} evalId={id} />
    </HydrateClient>
  );
}
