import type { inferRouterOutputs } from "@trpc/server";
import { Ban, Check, Cpu, KeyRound, User } from "lucide-react";
import Link from "next/link";
import { formatAction } from "#components/audit/action-text.ts";
import { formatDetail } from "#components/audit/detail-text.ts";
import type { Column } from "#components/data-table/columns.ts";
import { Chip } from "#components/ui/chip.tsx";
import { shortId } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { AppRouter } from "#server/router.ts";
import { actorLabel } from "#server/signals/actor-label.rule.ts";

export type AuditRow = inferRouterOutputs<AppRouter>["audit"]["list"]["items"][number];

const pages = [
  ["ds_", "datasets"],
  ["run_", "runs"],
  ["eval_", "evals"],
  ["mod_", "models"],
  ["dep_", "deployments"],
] as const;

function Actor({ row }: { row: AuditRow }) {
  const kind = row.actor.split(":")[0];
  const Icon = kind === "user" ? User : kind === "key" ? KeyRound : Cpu;
  return (
    <span className="inline-flex items-center gap-1.5" title={row.actor}>
      <Icon
        aria-label={kind === "user" ? "Person" : kind === "key" ? "API key" : "LargeForge"}
        className="size-3.5 shrink-0 text-ink-3"
      />
      {actorLabel(row.actor, row.actorName)}
    </span>
  );
}

function Target({ row, slug }: { row: AuditRow; slug: string }) {
  const id = row.targetId;
  if (!id) return <span className="text-ink-3">no object</span>;
  const words = row.targetName ?? <code className="font-mono">{shortId(id)}</code>;
  const page = pages.find(([prefix]) => id.startsWith(prefix))?.[1];
  return page ? (
    <Link
      href={`/${slug}/${page}/${id}`}
      className="rounded-sm text-accent underline-offset-2 hover:underline"
      title={id}
    >
      {words}
    </Link>
  ) : (
    <span title={id}>{words}</span>
  );
}

export function auditColumns(slug: string): readonly Column<AuditRow>[] {
  return [
    {
      id: "action",
      header: "Action",
      fixed: true,
      phone: "title",
      cell: (row) => <span title={row.action}>{formatAction(row.action)}</span>,
    },
    {
      id: "outcome",
      sortable: true,
      header: "Outcome",
      phone: "corner",
      cell: (row) =>
        row.outcome === "refused" ? (
          <Chip tone="bad" icon={<Ban aria-hidden />}>
            Refused
          </Chip>
        ) : (
          <Chip tone="ok" icon={<Check aria-hidden />}>
            Done
          </Chip>
        ),
    },
    { id: "actor", sortable: true, header: "Who", cell: (row) => <Actor row={row} /> },
    { id: "target", header: "What", cell: (row) => <Target row={row} slug={slug} /> },
    {
      id: "detail",
      header: "Detail",
      className: "max-w-80",
      cell: (row) => <span className="break-words text-ink-2">{formatDetail(row.detail, row.names)}</span>,
    },
    { id: "at", sortable: true, header: "When", cell: (row) => <RelativeTime at={row.createdAt} /> },
  ];
}
