import { Check } from "lucide-react";
import type { HomeData } from "#components/home/home-data.ts";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { cn } from "#components/ui/cn.ts";
import { formatLoss, formatRelative, plural } from "#components/ui/format.ts";

type Step = {
  id: string;
  title: string;
  hint: string;
  proof: string | null;
  act: string;
  to: string;
  /** the procedure that the act ends in */
  needs: string;
  seen: string;
};

function stepsOf({ dataset, run, eval: evaluation, champion, deployment, call }: HomeData["steps"]): Step[] {
  const rows = dataset ? (dataset.trainRows ?? 0) + (dataset.validationRows ?? 0) : 0;
  return [
    {
      id: "upload",
      title: "Upload a dataset",
      act: "Upload",
      to: "datasets/new",
      needs: "datasets.create",
      hint: "JSONL or JSON. Problems come back with line numbers.",
      proof: dataset && `${dataset.name} v${dataset.version}, ${plural(rows, "row")}`,
      seen: dataset ? `datasets/${dataset.id}` : "datasets",
    },
    {
      id: "train",
      title: "Train a run",
      act: "Start run",
      to: "runs/new",
      needs: "runs.start",
      hint: "SFT with LoRA on a base model; watch the loss live.",
      proof: run && `${run.name}${run.loss === null ? "" : `, loss ${formatLoss(run.loss)}`}`,
      seen: run ? `runs/${run.id}` : "runs",
    },
    {
      id: "evaluate",
      title: "Evaluate",
      act: "Start eval",
      to: "evals/new",
      needs: "evals.start",
      hint: "Compare it with its base on rows it has not seen.",
      proof: evaluation && `${plural(evaluation.casesTotal, "case")} compared`,
      seen: evaluation ? `evals/${evaluation.id}` : "evals",
    },
    {
      id: "promote",
      title: "Promote",
      act: "See models",
      to: "models",
      needs: "models.list",
      hint: "The gate says what is missing, if anything.",
      proof: champion && `${champion.name} v${champion.version} is champion`,
      seen: champion ? `models/${champion.id}` : "models",
    },
    {
      id: "deploy",
      title: "Deploy",
      act: "Deploy",
      to: "deployments/new",
      needs: "deployments.create",
      hint: "Give it a name that API clients call; start with a canary.",
      proof: deployment && `${deployment.name} is served`,
      seen: deployment ? `deployments/${deployment.id}` : "deployments",
    },
    {
      id: "call",
      title: "Call it",
      act: "Create key",
      to: "settings/keys?new",
      needs: "keys.create",
      hint: "Any OpenAI client, one base URL, one key.",
      proof: call && `${call.model} answered ${formatRelative(call.receivedAt, new Date())}`,
      seen: "requests",
    },
  ];
}

/** The six steps of a new project; each links to its page and ticks itself. Compact: only what is left. */
export function Checklist({ steps, compact = false }: { steps: HomeData["steps"]; compact?: boolean }) {
  const { slug } = useProject();
  const all = stepsOf(steps);
  const now = all.find((step) => step.proof === null);
  if (compact)
    return (
      <Card title="To do" flush>
        <ol className="divide-y">
          {all
            .filter((step) => step.proof === null)
            .map((step) => (
              <li key={step.id} className="px-4 py-2.5">
                <TextLink href={`/${slug}/${step.to}`}>{step.title}</TextLink>
                <div className="text-ink-3 text-xs">{step.hint}</div>
              </li>
            ))}
        </ol>
      </Card>
    );
  return (
    <section aria-label="First steps" className="overflow-hidden rounded-lg border bg-panel">
      <ol className="divide-y">
        {all.map((step, index) => (
          <li
            key={step.id}
            className="flex items-center gap-3 px-4 py-3.5"
            aria-current={step === now ? "step" : undefined}
          >
            <StepMark done={step.proof !== null} now={step === now} number={index + 1} />
            <div className="min-w-0 flex-1">
              <div className={cn("font-medium", step.proof === null && step !== now && "text-ink-2")}>{step.title}</div>
              <div className="text-ink-3 text-xs" suppressHydrationWarning>
                {step.proof ?? step.hint}
              </div>
            </div>
            {step === now && <StepAct step={step} />}
            {step.proof !== null && (
              <ButtonLink href={`/${slug}/${step.seen}`} variant="ghost" aria-label={`Open: ${step.proof}`}>
                Open
              </ButtonLink>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepAct({ step }: { step: Step }) {
  const { slug } = useProject();
  return (
    <ButtonLink href={`/${slug}/${step.to}`} variant="primary" disabledReason={useRefusal(step.needs)}>
      {step.act}
    </ButtonLink>
  );
}

function StepMark({ done, now, number }: { done: boolean; now: boolean; number: number }) {
  return (
    <span
      className={cn(
        "grid size-6 shrink-0 place-items-center rounded-full font-semibold text-xs",
        done ? "bg-ok-soft text-ok" : now ? "bg-primary text-on-primary" : "border border-line-strong text-ink-3",
      )}
    >
      {done ? <Check aria-label="Done" className="size-3.5 stroke-2" /> : number}
    </span>
  );
}
