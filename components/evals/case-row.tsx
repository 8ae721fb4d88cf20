"use client";
import type { inferRouterOutputs } from "@trpc/server";
import { ArrowDown, ArrowUp, Equal } from "lucide-react";
import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { DeviationText } from "#components/ui/diff.tsx";
import type { GraderSummary } from "#db/eval-summary.ts";
import { isBinary } from "#server/evals/graders.rule.ts";
import type { AppRouter } from "#server/router.ts";

type Case = inferRouterOutputs<AppRouter>["evals"]["cases"]["items"][number];

const outcomeVariants = {
  lost: { tone: "bad", icon: ArrowDown },
  won: { tone: "ok", icon: ArrowUp },
  tied: { tone: "mute", icon: Equal },
} as const;

/** A tie of right and wrong answers says which of the two it was. */
function formatOutcome({ outcome, candidate }: Case, headline: GraderSummary) {
  if (outcome !== "tied" || !isBinary(headline.kind)) return outcome;
  return candidate.marks[headline.name] === 1 ? "both passed" : "both failed";
}

/** One question with its reference and both answers; opened, with the whole prompt as it was sent. */
export function CaseRow({
  item,
  headline,
  candidate,
  baseline,
  startOpen,
}: {
  item: Case;
  headline: GraderSummary;
  candidate: string;
  baseline: string;
  startOpen: boolean;
}) {
  const [open, setOpen] = useState(startOpen);
  const look = outcomeVariants[item.outcome];
  const question = item.prompt.findLast((turn) => turn.role === "user")?.content ?? item.prompt.at(-1)?.content ?? "";
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-3 px-4 py-2.5 text-left hover:bg-hover"
      >
        <b className="font-medium tabular-nums">#{item.caseIndex + 1}</b>
        <span className="min-w-0 flex-1 truncate">{question}</span>
        {(item.candidate.trainedOn || item.baseline.trainedOn) && <Chip tone="hold">in training data</Chip>}
        <Chip tone={look.tone} icon={<look.icon aria-hidden />}>
          {formatOutcome(item, headline)}
        </Chip>
      </button>
      {open && (
        <div className="grid gap-3 px-4 pb-4 md:grid-cols-3">
          <ol className="grid gap-1.5 md:col-span-3">
            {item.prompt.map((turn, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a prompt never changes
              <li key={index} className="grid grid-cols-[5rem_minmax(0,1fr)] gap-3">
                <span className="text-ink-3 text-xs leading-5">{turn.role}</span>
                <span className="whitespace-pre-wrap break-words">{turn.content}</span>
              </li>
            ))}
          </ol>
          <Answer title="Reference" text={item.reference} />
          <Answer title={baseline} text={item.baseline.output} error={item.baseline.error} against={item.reference} />
          <Answer
            title={candidate}
            text={item.candidate.output}
            error={item.candidate.error}
            against={item.reference}
          />
        </div>
      )}
    </li>
  );
}

function Answer({
  title,
  text,
  error,
  against,
}: {
  title: string;
  text: string | null;
  error?: string | null;
  against?: string;
}) {
  return (
    <div className="min-w-0">
      <div className="mb-1 text-ink-3 text-xs">{title}</div>
      {error ? (
        <p className="text-bad">{error}</p>
      ) : (
        <CodeWell label={title}>
          {against === undefined || text === null ? (text ?? "") : <DeviationText reference={against} text={text} />}
        </CodeWell>
      )}
    </div>
  );
}
