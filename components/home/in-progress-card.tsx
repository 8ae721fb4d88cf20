import { Database, Flame, Scale } from "lucide-react";
import type { ReactNode } from "react";
import type { HomeData } from "#components/home/home-data.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatNumber, formatPercent, plural } from "#components/ui/format.ts";
import type { Status } from "#components/ui/status.ts";
import { isAtRest } from "#server/runs/status.rule.ts";

export function runsInProgress({ runs }: HomeData) {
  return runs.filter((run) => !isAtRest(run.status));
}

/** What goes on: imports and evals, and runs where no training card stands beside it. */
export function InProgressCard({ data, withRuns = false }: { data: HomeData; withRuns?: boolean }) {
  const { slug } = useProject();
  const { imports, evals } = data.inProgress;
  const runs = withRuns ? runsInProgress(data) : [];
  const nothing = imports.length + evals.length + runs.length === 0;
  return (
    <Card title="In progress" flush>
      {nothing ? (
        <p className="px-4 py-3 text-ink-3">No import and no eval is running.</p>
      ) : (
        <CardRows>
          {runs.map((run) => (
            <MotionRow
              key={run.id}
              icon={<Flame aria-hidden />}
              href={`/${slug}/runs/${run.id}`}
              title={run.name}
              detail={run.totalSteps ? `step ${formatNumber(run.step)} of ${formatNumber(run.totalSteps)}` : "run"}
              status={run.status}
            />
          ))}
          {evals.map((each) => (
            <MotionRow
              key={each.id}
              icon={<Scale aria-hidden />}
              href={`/${slug}/evals/${each.id}`}
              title={`${each.suite} on ${each.model}/${each.version}`}
              detail={`${formatNumber(each.casesDone)} of ${plural(each.casesTotal, "case")}`}
              status={each.status}
            />
          ))}
          {imports.map((each) => (
            <MotionRow
              key={each.id}
              icon={<Database aria-hidden />}
              href={`/${slug}/datasets/${each.datasetId}`}
              title={`${each.name} v${each.version}`}
              detail={
                each.status === "importing" && each.sourceBytes > 0
                  ? `${formatPercent(each.bytesRead / each.sourceBytes, 0)} read`
                  : each.badRows
                    ? `${plural(each.badRows, "row")} with problems`
                    : "dataset"
              }
              status={each.status}
            />
          ))}
        </CardRows>
      )}
    </Card>
  );
}

function MotionRow({
  icon,
  href,
  title,
  detail,
  status,
}: {
  icon: ReactNode;
  href: string;
  title: string;
  detail: string;
  status: Status;
}) {
  return (
    <CardRow>
      <span className="shrink-0 text-ink-2 [&_svg]:size-4 [&_svg]:stroke-[1.75]">{icon}</span>
      <div className="min-w-0 flex-1">
        <TextLink href={href} className="block truncate font-medium text-ink">
          {title}
        </TextLink>
        <div className="truncate text-ink-3 text-xs tabular-nums">{detail}</div>
      </div>
      <StatusChip status={status} />
    </CardRow>
  );
}
