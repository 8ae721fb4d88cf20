import { NewRun } from "#components/runs/new-run.tsx";

export const metadata = { title: "New run" };

export default async function NewRunPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  return <NewRun slug={project} />;
}
