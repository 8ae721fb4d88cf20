import type { ReactNode } from "react";
import type { DeploymentData, TrafficData } from "#components/deployments/data.ts";
import { RevisionMark } from "#components/deployments/split-bar.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatDurationMs, formatNumber, formatPercent } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

/** Fewer than this and a share or a tail says nothing. */
const enoughForShare = 20;
const enoughForMedian = 5;

/** How each revision did, from the request log: numbers only where there are enough of them. */
export function SignalsCard({ deployment, traffic }: { deployment: DeploymentData; traffic: TrafficData | undefined }) {
  return (
    <Card title={`Signals, last ${traffic?.minutes ?? 60} min`} flush>
      {!traffic ? (
        <Skeleton className="m-4 h-20" />
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Revision</Th>
              <Th numeric>n</Th>
              <Th numeric>Failed</Th>
              <Th numeric>First token, p50</Th>
              <Th numeric>First token, p95</Th>
              <Th numeric>Tokens per second</Th>
            </tr>
          </thead>
          <tbody>
            {deployment.revisions.map((revision) => {
              const row = traffic.signals.find((one) => one.revisionId === revision.id);
              const n = row?.requests ?? 0;
              const streams = row?.streams ?? 0;
              const answers = row?.answers ?? 0;
              return (
                <Tr key={revision.id}>
                  <Td>
                    <span className="flex items-center gap-2 whitespace-nowrap">
                      <RevisionMark number={revision.number} />v{revision.number}
                      <span className="text-ink-3">
                        {revision.model}/{revision.version}
                      </span>
                    </span>
                  </Td>
                  <Td numeric>{formatNumber(n)}</Td>
                  <Measured n={n} of={enoughForShare}>
                    {formatPercent((row?.failed ?? 0) / Math.max(1, n))}
                  </Measured>
                  <Measured n={streams} of={enoughForMedian} what="streams">
                    {row?.ttftP50Ms != null && formatDurationMs(row.ttftP50Ms)}
                  </Measured>
                  <Measured n={streams} of={enoughForShare} what="streams">
                    {row?.ttftP95Ms != null && formatDurationMs(row.ttftP95Ms)}
                  </Measured>
                  <Measured n={answers} of={enoughForMedian} what="answers">
                    {row?.tokensPerSecond != null && formatNumber(row.tokensPerSecond, 0)}
                  </Measured>
                </Tr>
              );
            })}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function Measured({ n, of, what, children }: { n: number; of: number; what?: string; children: ReactNode }) {
  if (n >= of) return <Td numeric>{children}</Td>;
  return (
    <Td numeric className="text-ink-3 text-xs">
      {n === 0 ? `no ${what ?? "requests"}` : `insufficient data (n = ${n} of ${of})`}
    </Td>
  );
}
