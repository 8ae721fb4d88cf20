import { DeletedOn } from "#components/origin-link.tsx";
import type { Run } from "#components/runs/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { plural } from "#components/ui/format.ts";

/** What the run waits for, why it stopped, or what it became, in words. */
export function RunNotice({ slug, run }: { slug: string; run: Run }) {
  const cannotEvaluate = useRefusal("evals.start");
  if (run.error)
    return (
      <Banner tone="bad" title={run.error.message}>
        {run.error.hint}
      </Banner>
    );
  if (run.status === "queued")
    return (
      <Banner
        tone="run"
        title={
          run.runsAhead === 0
            ? "Next in line: it starts as soon as a worker is free."
            : `${plural(run.runsAhead, "run")} before this one on this device.`
        }
      >
        You can leave this page; the run goes on without it.
      </Banner>
    );
  if (run.status === "converting")
    return (
      <Banner tone="run" title="Trained. Now the adapter is converted to GGUF and registered.">
        This takes some seconds.
      </Banner>
    );
  if (!run.made) return null;
  if (run.made.deletedAt)
    return (
      <Banner
        title={
          <>
            This run became {run.made.name}/{run.made.version}, <DeletedOn at={run.made.deletedAt} />.
          </>
        }
      />
    );
  return (
    <Banner
      tone="ok"
      title={`This run became ${run.made.name}/${run.made.version}.`}
      actions={
        run.evals[0] ? (
          <ButtonLink href={`/${slug}/evals/${run.evals[0].id}`}>Read the eval</ButtonLink>
        ) : (
          <ButtonLink href={`/${slug}/evals/new?candidate=${run.made.versionId}`} disabledReason={cannotEvaluate}>
            Evaluate it
          </ButtonLink>
        )
      }
    >
      Callable as <code className="font-mono">{run.made.fineTunedName ?? `${run.made.name}/${run.made.version}`}</code>.
    </Banner>
  );
}
