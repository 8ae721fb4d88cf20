"use client";
import { Scale } from "lucide-react";
import { formatDifference } from "#components/evals/grader-text.ts";
import { VerdictChip } from "#components/evals/verdict-chip.tsx";
import type { Version } from "#components/models/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatPercent } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

/** Every comparison in which a version of this model was the candidate. */
export function EvalsCard({
  slug,
  versions,
  evaluateHref,
}: {
  slug: string;
  versions: readonly Version[];
  evaluateHref: string;
}) {
  const refusal = useRefusal("evals.start");
  const rows = versions.flatMap((version) => version.evals.map((one) => ({ ...one, candidate: version.name })));
  if (rows.length === 0)
    return (
      <EmptyState
        icon={<Scale aria-hidden />}
        title="Not evaluated yet"
        action={
          <ButtonLink variant="primary" href={evaluateHref} disabledReason={refusal}>
            Evaluate
          </ButtonLink>
        }
      >
        An eval gives two versions the same cases and says whether the difference is more than chance. The promotion
        gate asks for one.
      </EmptyState>
    );
  return (
    <Card title="Evals" flush>
      <Table>
        <thead>
          <tr>
            <Th>Comparison</Th>
            <Th>Suite</Th>
            <Th numeric>Score</Th>
            <Th>Difference</Th>
            <Th>Verdict</Th>
            <Th>Started</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Tr key={row.id}>
              <Td>
                <TextLink href={`/${slug}/evals/${row.id}`}>
                  {row.candidate} against {row.baseline}
                </TextLink>
              </Td>
              <Td>{row.suite}</Td>
              <Td numeric>{row.headline?.n ? formatPercent(row.headline.candidate.score) : "not measured"}</Td>
              <Td>{row.headline?.n ? formatDifference(row.headline.difference) : "not measured"}</Td>
              <Td>
                {row.headline ? <VerdictChip verdict={row.headline.verdict} /> : <StatusChip status={row.status} />}
              </Td>
              <Td className="whitespace-nowrap">
                <RelativeTime at={row.createdAt} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
