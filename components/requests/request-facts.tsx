import Link from "next/link";
import type { ReactNode } from "react";
import { type RequestData, versionName } from "#components/requests/data.ts";
import { RequestAttempts } from "#components/requests/request-attempts.tsx";
import { RequestFeedback } from "#components/requests/request-feedback.tsx";
import { TimeBar } from "#components/requests/time-bar.tsx";
import { useProject } from "#components/shell/project-context.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { formatDurationMs, formatNumber, formatUsdNanos } from "#components/ui/format.ts";
import { outcomeOf } from "#server/requests/outcome.rule.ts";
import { actorLabel } from "#server/signals/actor-label.rule.ts";

const missing = (words: string) => <span className="text-ink-3">{words}</span>;
const ms = (value: number | null, otherwise: string) => (value === null ? missing(otherwise) : formatDurationMs(value));
const count = (value: number | null) => (value === null ? missing("not counted") : formatNumber(value));

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold text-ink-2 text-xs">{title}</h3>
      {children}
    </section>
  );
}

function Pairs({ rows }: { rows: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(9rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-ink-3">{label}</dt>
          <dd className="min-w-0 break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Everything the log holds of one request, and the chain behind its answer. */
export function RequestFacts({ request }: { request: RequestData }) {
  const { slug } = useProject();
  const to = (path: string, words: ReactNode) => (
    <Link className="rounded-sm text-accent underline-offset-2 hover:underline" href={`/${slug}/${path}`}>
      {words}
    </Link>
  );
  const { ttftMs, totalMs, completionTokens, stream } = request;
  const outcome = outcomeOf(request.status);
  const notStreamed = stream ? "none came" : "not streamed";
  const tokensApart = ttftMs !== null && completionTokens !== null && completionTokens > 1;
  const tpotMs = tokensApart ? (totalMs - ttftMs) / (completionTokens - 1) : null;
  const version = versionName(request);
  return (
    <div className="grid gap-6">
      {outcome === "left" && (
        <Banner tone="hold" title="The caller disconnected before the answer was complete">
          What the model wrote until then was sent, and not counted.
        </Banner>
      )}
      {(outcome === "failed" || outcome === "refused") && (
        <Banner
          tone={outcome === "failed" ? "bad" : "hold"}
          title={outcome === "failed" ? "It failed on our side" : "The request was refused"}
        >
          Status {request.status}, code <code className="font-mono">{request.errorCode ?? "none"}</code>.
        </Banner>
      )}
      <Section title="Times, on the gateway's clock">
        <TimeBar request={request} />
        <Pairs
          rows={[
            ["Total", formatDurationMs(totalMs)],
            ["Time to first token (TTFT)", ms(ttftMs, notStreamed)],
            ["Between tokens, p50", ms(request.itlP50Ms, notStreamed)],
            ["Between tokens, p95", ms(request.itlP95Ms, notStreamed)],
            ["Per output token (TPOT)", ms(tpotMs, "not measured")],
            ["Queue time", ms(request.queueMs, "not reported by the host")],
          ]}
        />
      </Section>
      <Section title="Tokens and cost">
        <Pairs
          rows={[
            ["Input tokens", count(request.promptTokens)],
            ["Output tokens", count(completionTokens)],
            ["Finish reason", request.finishReason ?? missing("not reported")],
            ["Cost", request.costUsdNanos === null ? missing("not measured") : formatUsdNanos(request.costUsdNanos)],
          ]}
        />
      </Section>
      <Section title="Model and lineage">
        <Pairs
          rows={[
            ["Requested model", request.model || missing("no model named")],
            [
              "Deployment",
              request.deploymentId
                ? to(`deployments/${request.deploymentId}`, request.deploymentName ?? request.deploymentId)
                : missing("none: called by the model's own name"),
            ],
            ["Revision", request.revisionNumber === null ? missing("none") : `v${request.revisionNumber}`],
            ["Model version", version && request.modelId ? to(`models/${request.modelId}`, version) : missing("none")],
            ["Trained by", request.runId ? to(`runs/${request.runId}`, request.runName) : missing("no run: a base")],
            [
              "On",
              request.datasetId
                ? to(`datasets/${request.datasetId}`, `${request.datasetName} v${request.datasetVersion}`)
                : missing("no dataset of ours"),
            ],
          ]}
        />
      </Section>
      <Section title="Caller">
        <Pairs
          rows={[
            ["Caller", actorLabel(request.actor, request.actorName)],
            ["Workload", request.workload ?? missing("none named")],
          ]}
        />
      </Section>
      <Section title="Attempts">
        <RequestAttempts request={request} />
      </Section>
      <Section title="Feedback">
        <RequestFeedback feedback={request.feedback} />
      </Section>
    </div>
  );
}
