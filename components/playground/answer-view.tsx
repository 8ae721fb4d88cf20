"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, LoaderCircle, Octagon } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import type { Answer } from "#components/playground/answer.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { formatDurationMs, formatNumber } from "#components/ui/format.ts";

/** One model's words, and under them who answered and how fast. */
export function AnswerView({ answer }: { answer: Answer }) {
  return (
    <div className="grid gap-2">
      {answer.text !== "" && (
        <div className="group relative whitespace-pre-wrap [overflow-wrap:anywhere]">
          {answer.text}
          {answer.state === "streaming" && (
            <span aria-hidden className="ml-0.5 inline-block h-3.5 w-1.5 translate-y-0.5 bg-ink-3" />
          )}
        </div>
      )}
      {answer.state === "waiting" && <Waiting />}
      {answer.state === "failed" && (
        <p role="alert" className="flex gap-2 rounded-md bg-bad-soft px-3 py-2">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
          <span className="inline-block min-w-0 first-letter:uppercase [overflow-wrap:anywhere]">{answer.failure}</span>
        </p>
      )}
      {answer.state === "stopped" && (
        <p className="flex items-center gap-1.5 text-ink-3 text-xs">
          <Octagon aria-hidden className="size-3.5" />
          Stopped
        </p>
      )}
      {answer.state === "done" && answer.text === "" && (
        <p className="text-ink-3">The model returned an empty answer.</p>
      )}
      <AnswerFacts answer={answer} />
    </div>
  );
}

const patienceMs = 1_500;

function Waiting() {
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const from = performance.now();
    const timer = setInterval(() => setMs(performance.now() - from), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <p role="status" className="flex items-center gap-1.5 text-ink-3">
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
      {ms < patienceMs
        ? "Waiting for the first token"
        : `Waiting ${formatDurationMs(ms)}: a model is loaded on its first call`}
    </p>
  );
}

const knownForMs = 60_000;

/** ", v3": the gateway tells a revision's id, people know its number. */
function RevisionNumber({ deployment, revisionId }: { deployment: string; revisionId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.deployments.show.queryOptions({ deployment }, { staleTime: knownForMs, retry: false }),
  );
  const all = data ? [...data.revisions, ...data.retired] : [];
  const number = all.find((revision) => revision.id === revisionId)?.number;
  return number === undefined ? null : <>, v{number}</>;
}

function AnswerFacts({ answer }: { answer: Answer }) {
  const { slug } = useProject();
  if (!answer.version && !answer.requestId) return null;
  const rate = answer.times ? tokensPerSecond(answer.times, answer.outputTokens) : null;
  const facts = [
    answer.times && {
      name: "TTFT",
      value: answer.times.ttftMs === null ? "not measured" : formatDurationMs(answer.times.ttftMs),
    },
    answer.times && {
      name: "Throughput",
      value: rate === null ? "too short to measure" : `${formatNumber(rate)} tokens/s`,
    },
    answer.times && { name: "Total", value: formatDurationMs(answer.times.totalMs) },
    answer.outputTokens !== null && {
      name: "Tokens",
      value: `${formatNumber(answer.promptTokens ?? 0)} in, ${formatNumber(answer.outputTokens)} out`,
    },
    answer.finishReason === "length" && { name: "Ended", value: "cut at max tokens" },
  ].filter((fact) => fact !== false && fact !== null);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3 text-xs">
      {answer.version && (
        <span>
          {answer.state === "failed" ? "Asked" : "Answered by"} <b className="text-ink">{answer.version}</b>
          {answer.deployment && ` as ${answer.deployment}`}
          {answer.deployment && answer.revisionId && (
            <RevisionNumber deployment={answer.deployment} revisionId={answer.revisionId} />
          )}
        </span>
      )}
      <dl className="contents">
        {facts.map((fact) => (
          <div key={fact.name} className="flex gap-1">
            <dt>{fact.name}</dt>
            <dd className="text-ink tabular-nums">{fact.value}</dd>
          </div>
        ))}
      </dl>
      <span className="ml-auto flex items-center gap-1">
        {answer.requestId && (
          <Link href={`/${slug}/requests/${answer.requestId}`} className="rounded-sm hover:text-ink hover:underline">
            Request
          </Link>
        )}
        {answer.text !== "" && <CopyButton value={answer.text} label="Copy answer" />}
      </span>
    </div>
  );
}

/** Two tokens have one gap between them, which is chance, not speed. */
const fewestTokens = 8;

/**
 * Output tokens per second after the first: (tokens − 1) ÷ (total − TTFT), the inverse of TPOT. Null where there is
 * nothing to measure: fewer tokens than tell a speed, or no time between them.
 */
export function tokensPerSecond(times: { ttftMs: number | null; totalMs: number }, outputTokens: number | null) {
  if (times.ttftMs === null || outputTokens === null || outputTokens < fewestTokens) return null;
  const ms = times.totalMs - times.ttftMs;
  return ms > 0 ? ((outputTokens - 1) * 1_000) / ms : null;
}
