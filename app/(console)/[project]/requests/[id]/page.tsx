import { redirect } from "next/navigation";

type Props = { params: Promise<{ project: string; id: string }> };

/** A request's own address opens it over the log: the list behind it is one step away. */
export default async function Request({ params }: Props) {
  const { project, id } = await params;
  redirect(`/${project}/requests?request=${encodeURIComponent(id)}`);
}
