import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { api, pageCaller } from "#app/_trpc/server.tsx";
import { GoToSignIn } from "#components/people/go-to-sign-in.tsx";
import { SignedInShell } from "#components/people/signed-in-shell.tsx";
import { TrpcProvider } from "#components/trpc.tsx";

type Props = { params: Promise<{ project: string }>; children: ReactNode };

export default async function ProjectLayout({ params, children }: Props) {
  const { project: slug } = await params;
  const caller = await pageCaller();
  if (caller?.kind !== "user") return <GoToSignIn />;
  const people = await api(null);
  const [projects, person] = await Promise.all([people.projects.list(), people.people.me()]);
  const project = projects.find((candidate) => candidate.slug === slug);
  if (!project) notFound();
  return (
    <TrpcProvider project={slug}>
      <SignedInShell project={project} projects={projects} person={person}>
        {children}
      </SignedInShell>
    </TrpcProvider>
  );
}
