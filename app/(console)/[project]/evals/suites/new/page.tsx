import { NewSuite } from "#components/evals/new-suite.tsx";

export const metadata = { title: "New suite" };

export default async function NewSuitePage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  return <NewSuite slug={project} />;
}
