import type { DeploymentData, RevisionData, TrafficData } from "#components/deployments/data.ts";
import { RevisionMark } from "#components/deployments/split-bar.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { formatDurationMs, formatNumber, formatPercent } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

/** Fewer than this and a share or a tail says nothing. */
const enoughForShare = 20;
const enoughForMedian = 5;

type Signal = { label: string; words: string; measured: boolean };

/** How each revision did, from the request log: numbers only where there are enough of them. */
export function SignalsCard({ deployment, traffic }: { deployment: DeploymentData; traffic: TrafficData | undefined }) {
  const rows = deployment.revisions.map((revision) => ({ revision, signals: signalsOf(revision, traffic) }));
  return (
    <Card title={`Signals, last ${traffic?.minutes ?? 60} min`} flush>
      {!traffic ? (
        <Skeleton className="m-4 h-20" />
      ) : (
        <>
          <div className="max-md:hidden">
            <Table>
              <thead>
                <tr>
                  <Th>Revision</Th>
                  {rows[0]?.signals.map((signal) => (
                    <Th key={signal.label} numeric>
                      {signal.label}
                    </Th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map(({ revision, signals }) => (
                  <Tr key={revision.id}>
                    <Td>
                      <Name revision={revision} />
                    </Td>
                    {signals.map((signal) => (
                      <Td
                        key={signal.label}
                        numeric
                        className={signal.measured ? "" : "whitespace-normal text-ink-3 text-xs"}
                      >
                        {signal.words}
                      </Td>
                    ))}
                  </Tr>
                ))}
              </tbody>
            </Table>
          </div>
          <div className="md:hidden">
            <CardRows>
              {rows.map(({ revision, signals }) => (
                <CardRow key={revision.id} className="flex-col items-stretch">
                  <Name revision={revision} />
                  <dl className="grid gap-1">
                    {signals.map((signal) => (
                      <div key={signal.label} className="flex justify-between gap-4">
                        <dt className="text-ink-3">{signal.label}</dt>
                        <dd className={signal.measured ? "tabular-nums" : "text-right text-ink-3 text-xs"}>
                          {signal.words}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </CardRow>
              ))}
            </CardRows>
          </div>
        </>
      )}
    </Card>
  );
}

function Name({ revision }: { revision: RevisionData }) {
  return (
    <span className="flex items-center gap-2 whitespace-nowrap">
      <RevisionMark number={revision.number} />v{revision.number}
      <span className="text-ink-3">
        {revision.model}/{revision.version}
      </span>
    </span>
  );
}

function signalsOf(revision: RevisionData, traffic: TrafficData | undefined): Signal[] {
  const row = traffic?.signals.find((one) => one.revisionId === revision.id);
  const { requests: n = 0, streams = 0, answers = 0 } = row ?? {};
  const ms = (value: number | null | undefined) => (value == null ? "not measured" : formatDurationMs(value));
  const speed = row?.tokensPerSecond;
  return [
    { label: "n", words: formatNumber(n), measured: true },
    signal("Failed", n, enoughForShare, "requests", formatPercent((row?.failed ?? 0) / Math.max(1, n))),
    signal("TTFT, p50", streams, enoughForMedian, "streams", ms(row?.ttftP50Ms)),
    signal("TTFT, p95", streams, enoughForShare, "streams", ms(row?.ttftP95Ms)),
    signal(
      "Tokens per second",
      answers,
      enoughForMedian,
      "answers",
      speed == null ? "not measured" : formatNumber(speed, 0),
    ),
  ];
}

function signal(label: string, n: number, enough: number, of: string, words: string): Signal {
  if (n >= enough) return { label, words, measured: true };
  return {
    label,
    words: n === 0 ? `no ${of}` : `insufficient data (n\u00a0=\u00a0${n}\u00a0of\u00a0${enough})`,
    measured: false,
  };
}
