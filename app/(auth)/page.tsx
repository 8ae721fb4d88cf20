import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { api, pageCaller } from "#app/_trpc/server.tsx";
import { lastProjectCookie } from "#components/last-project.ts";
import { AuthCard } from "#components/people/auth-card.tsx";
import { CreateProjectForm } from "#components/projects/create-project-form.tsx";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** `/` opens the project used last; `/?new` makes another one. */
export default async function RootPage({ searchParams }: Props) {
  if ((await pageCaller())?.kind !== "user") redirect("/sign-in");
  const people = await api(null);
  const [projects, person] = await Promise.all([people.projects.list(), people.people.me()]);
  const last = (await cookies()).get(lastProjectCookie)?.value;
  const home = projects.find((project) => project.slug === last) ?? projects[0];
  const wantsNew = (await searchParams).new !== undefined;
  if (home && !(wantsNew && person.isOwner)) redirect(`/${home.slug}`);
  if (!person.isOwner)
    return (
      <AuthCard
        title="You are in no project"
        purpose={`Ask an admin of a project to invite ${person.email}, then open the link you are given.`}
      >
        {null}
      </AuthCard>
    );
  return (
    <AuthCard
      title="New project"
      purpose="Its data, models, keys and members stand apart from those of every other project."
    >
      <CreateProjectForm back={home ? `/${home.slug}` : null} />
    </AuthCard>
  );
}
