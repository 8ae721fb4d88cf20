import type { Metadata } from "next";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { ProjectPage } from "#components/projects/project-page.tsx";
import { publicApiUrl } from "#server/env.ts";

export const metadata: Metadata = { title: "Project" };

type Props = { params: Promise<{ project: string }> };

export default async function Project({ params }: Props) {
  await prefetch(trpcFor((await params).project).projects.show.queryOptions());
  return (
    <HydrateClient>
      <ProjectPage apiUrl={publicApiUrl()} />
    </HydrateClient>
  );
}
