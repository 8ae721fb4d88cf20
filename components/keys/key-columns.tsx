import type { Column } from "#components/data-table/columns.ts";
import type { KeyRow } from "#components/keys/key-rows.ts";
import { RevokeKey } from "#components/keys/revoke-key.tsx";
import { scopeLabels } from "#components/keys/scopes.ts";
import { Chip, StatusChip } from "#components/ui/chip.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";

const muted = (words: string) => <span className="text-ink-3">{words}</span>;

function ownerOf(row: KeyRow) {
  if (row.ownerName) return row.ownerName;
  return muted(row.createdBy === "system:local-admin" ? "the shell" : row.createdBy.replace(/^\w+:/, ""));
}

function scopeHelp(row: KeyRow, scope: KeyRow["scopes"][number]) {
  if (!row.withheld.includes(scope)) return scopeLabels[scope];
  return `${scopeLabels[scope]} (not now: beyond the current role of ${row.ownerName ?? "its owner"})`;
}

export const keyColumns: readonly Column<KeyRow>[] = [
  {
    id: "name",
    sortable: true,
    header: "Name",
    fixed: true,
    phone: "title",
    cell: (row) => (
      <span className="grid">
        <span className="font-medium">{row.name}</span>
        <code className="font-mono text-ink-3">lf_…{row.last4}</code>
      </span>
    ),
  },
  { id: "status", header: "Status", phone: "corner", cell: (row) => <StatusChip status={row.status} /> },
  {
    id: "scopes",
    header: "Scopes",
    cell: (row) => (
      <span className="flex max-w-80 flex-wrap gap-1">
        {row.scopes.map((scope) => (
          <Tooltip key={scope} content={scopeHelp(row, scope)}>
            <button type="button" className="rounded-full">
              <Chip tone={scope === "admin" ? "hold" : "plain"}>
                {row.withheld.includes(scope) ? <s className="text-ink-3">{scope}</s> : scope}
              </Chip>
            </button>
          </Tooltip>
        ))}
      </span>
    ),
  },
  { id: "owner", header: "Owner", cell: ownerOf },
  { id: "createdAt", header: "Created", sortable: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
  {
    id: "lastUsedAt",
    sortable: true,
    header: "Last used",
    cell: (row) => (row.lastUsedAt ? <RelativeTime at={row.lastUsedAt} /> : muted("never")),
  },
  {
    id: "expiresAt",
    sortable: true,
    header: "Expires",
    cell: (row) => (row.expiresAt ? <RelativeTime at={row.expiresAt} /> : muted("never")),
  },
  {
    id: "actions",
    header: "Actions",
    quietHeader: true,
    fixed: true,
    className: "text-right",
    cell: (row) => (row.status === "active" || row.status === "stopped" ? <RevokeKey row={row} /> : null),
  },
];
