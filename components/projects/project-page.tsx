"use client";
import { useQuery } from "@tanstack/react-query";
import { DiskCard } from "#components/projects/disk-card.tsx";
import { ManageProject } from "#components/projects/manage-project.tsx";
import { RetentionCard } from "#components/projects/retention-card.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";

export function ProjectPage({ apiUrl }: { apiUrl: string }) {
  const trpc = useTRPC();
  const { data: project } = useQuery(trpc.projects.show.queryOptions());
  const facts = project
    ? [
        {
          label: "Address",
          value: `/${project.slug}`,
          why: "Also the --project of the command line. It never changes.",
        },
        { label: "Project id", value: project.id, why: "Used in logs and in the audit log." },
        { label: "API base URL", value: apiUrl, why: "For any OpenAI client, with a key of this project." },
      ]
    : [];
  return (
    <Page>
      <PageHead
        title="Project"
        purpose={
          project ? (
            <>
              Created <RelativeTime at={project.createdAt} />.
            </>
          ) : (
            "The name, the addresses and the end of this project."
          )
        }
      />
      <Card title="Addresses" flush>
        <dl className="divide-y">
          {facts.map((fact) => (
            <div key={fact.label} className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 md:grid-cols-[8rem_minmax(0,1fr)]">
              <dt className="text-ink-2">{fact.label}</dt>
              <dd className="min-w-0">
                <span className="flex items-center gap-1">
                  <code className="min-w-0 break-all font-mono">{fact.value}</code>
                  <CopyButton value={fact.value} label={`Copy ${fact.label}`} />
                </span>
                <span className="text-ink-3 text-xs">{fact.why}</span>
              </dd>
            </div>
          ))}
        </dl>
      </Card>
      <DiskCard />
      {project && <RetentionCard retention={project} />}
      {project && <ManageProject name={project.name} slug={project.slug} />}
    </Page>
  );
}
