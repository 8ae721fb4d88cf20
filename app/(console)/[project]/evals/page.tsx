import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { EvalsPage } from "#components/evals/evals-page.tsx";

export const metadata = { title: "Evals" };

export default async function Evals({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(trpcFor(project).evals.suites.queryOptions({ limit: 1 }));
  return (
    <HydrateClient>
      <EvalsPage slug={project} />
    </HydrateClient>
  );
}
