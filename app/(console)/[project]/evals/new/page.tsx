import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { NewEval } from "#components/evals/new-eval.tsx";

export const metadata = { title: "New eval" };

export default async function NewEvalPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.evals.propose.queryOptions({}));
  return (
    <HydrateClient>
      <NewEval slug={project} />
    </HydrateClient>
  );
}
