import type { Column } from "#components/data-table/columns.ts";
import { MemberActions } from "#components/projects/member-actions.tsx";
import { MemberRole } from "#components/projects/member-role.tsx";
import type { MemberRow } from "#components/projects/rows.ts";
import { Chip } from "#components/ui/chip.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";

export const memberColumns: readonly Column<MemberRow>[] = [
  {
    id: "name",
    header: "Name",
    fixed: true,
    phone: "title",
    sortable: true,
    cell: (row) => (
      <span className="grid">
        <span className="flex flex-wrap items-center gap-1.5 font-medium">
          {row.name}
          {row.isOwner && <Chip tone="plain">Owner</Chip>}
          {row.disabled && <Chip tone="hold">Disabled</Chip>}
        </span>
        <span className="break-all text-ink-3">{row.email}</span>
      </span>
    ),
  },
  {
    id: "role",
    header: "Role",
    fixed: true,
    className: "md:w-44",
    sortable: true,
    cell: (row) => <MemberRole row={row} />,
  },
  {
    id: "lastSeenAt",
    header: "Last seen",
    sortable: true,
    cell: (row) => (row.lastSeenAt ? <RelativeTime at={row.lastSeenAt} /> : <span className="text-ink-3">never</span>),
  },
  { id: "since", header: "Member since", sortable: true, cell: (row) => <RelativeTime at={row.since} /> },
  {
    id: "liveKeys",
    header: "Live keys",
    numeric: true,
    sortable: true,
    cell: (row) => formatNumber(row.liveKeys),
  },
  {
    id: "actions",
    header: "Actions",
    quietHeader: true,
    fixed: true,
    className: "text-right",
    cell: (row) => <MemberActions row={row} />,
  },
];
