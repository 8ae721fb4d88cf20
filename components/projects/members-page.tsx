"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { roleLabels } from "#components/people/roles.ts";
import { InvitationsCard } from "#components/projects/invitations-card.tsx";
import { InviteDialog } from "#components/projects/invite-dialog.tsx";
import { memberColumns } from "#components/projects/member-columns.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { SearchFilter } from "#components/ui/filter-bar.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { roles } from "#db/enums.ts";

export function MembersPage() {
  const trpc = useTRPC();
  const refusal = useRefusal("projects.invite");
  const [inviting, setInviting] = useQueryState("invite", parseAsString);
  const { input, table } = useList(lists.members);
  const query = useInfiniteQuery(
    trpc.projects.members.infiniteQueryOptions(input, { ...paged, placeholderData: keepPreviousData }),
  );
  return (
    <Page>
      <PageHead
        title="Members"
        purpose="Who works in this project, and what each of them may do."
        actions={
          <Button
            variant="primary"
            icon={<UserPlus aria-hidden />}
            disabledReason={refusal}
            onClick={() => void setInviting("")}
          >
            Invite
          </Button>
        }
      />
      <ResourceList
        filters={<SearchFilter placeholder="Filter by name or e-mail" />}
        label="Members"
        noun="member"
        query={query}
        columns={memberColumns}
        rowId={(row) => row.userId}
        {...table}
        empty={null}
      />
      {!refusal && <InvitationsCard />}
      <RolesCard />
      {!refusal && (
        <InviteDialog open={inviting !== null} onOpenChange={(open) => void setInviting(open ? "" : null)} />
      )}
    </Page>
  );
}

/** What the five roles are for. */
function RolesCard() {
  return (
    <Card title="What each role may do" flush>
      <dl className="divide-y">
        {roles.map((role) => (
          <div key={role} className="grid gap-x-4 px-4 py-2.5 md:grid-cols-[8rem_minmax(0,1fr)]">
            <dt className="font-medium">{roleLabels[role].name}</dt>
            <dd className="text-ink-2">{roleLabels[role].may}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
