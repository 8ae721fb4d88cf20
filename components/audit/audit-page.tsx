"use client";
import { useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { InstallationAudit, ProjectAudit } from "#components/audit/audit-table.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

export function AuditPage() {
  const trpc = useTRPC();
  const refusal = useRefusal("audit.list");
  const { data: person } = useQuery(trpc.people.me.queryOptions());
  return (
    <Page>
      <PageHead title="Audit" purpose="Who changed what, and what was refused. Rows are only ever added." />
      {refusal ? (
        <EmptyState icon={<ScrollText aria-hidden />} title="Only admins can read the audit log">
          {refusal} Ask an admin of the project.
        </EmptyState>
      ) : person?.isOwner ? (
        <Tabs
          label="Which log"
          param="log"
          tabs={[
            { id: "project", label: "This project", content: <ProjectAudit /> },
            { id: "installation", label: "Accounts and sign-ins", content: <InstallationAudit /> },
          ]}
        />
      ) : (
        <ProjectAudit />
      )}
    </Page>
  );
}
