import { NewDataset } from "#components/datasets/upload/new-dataset.tsx";

export const metadata = { title: "Upload a dataset" };

export default async function NewDatasetPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  return <NewDataset slug={project} />;
}
