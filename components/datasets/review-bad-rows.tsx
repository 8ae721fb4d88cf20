"use client";
import { Download } from "lucide-react";
import { partUrl, type VersionData } from "#components/datasets/data.ts";
import { ProblemTable } from "#components/datasets/problem-table.tsx";
import { countedProblems } from "#components/datasets/problem-text.ts";
import { RefuseVersion } from "#components/datasets/refuse-version.tsx";
import { useDecide } from "#components/datasets/use-decide.ts";
import { failureOf } from "#components/failure.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button, buttonVariants } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatNumber, formatPercent, plural } from "#components/ui/format.ts";

/** Some rows have problems: see them, then set them aside or refuse the file. Nothing is trained on before. */
export function ReviewBadRows({ version }: { version: VersionData }) {
  const decide = useDecide();
  const refusal = useRefusal("datasets.decide");
  const bad = version.badRows ?? 0;
  const good = version.rowsRead - bad;
  return (
    <Banner
      tone="hold"
      title={`${plural(bad, "row")} of ${formatNumber(version.rowsRead)} (${formatPercent(bad / Math.max(1, version.rowsRead))}) cannot be used as ${bad === 1 ? "it is" : "they are"}`}
      actions={
        <>
          <Button
            variant="primary"
            pending={decide.isPending}
            disabledReason={refusal}
            onClick={() => decide.mutate({ versionId: version.id, decision: { do: "set_aside" } })}
          >
            Set {plural(bad, "row")} aside
          </Button>
          <RefuseVersion version={version} />
        </>
      }
    >
      <p>
        Set aside, {bad === 1 ? "it stays" : "they stay"} in a file of {bad === 1 ? "its" : "their"} own with{" "}
        {bad === 1 ? "its" : "their"} problems, and the other {plural(good, "row")} can be trained on at once.
      </p>
      {decide.error && <p className="text-bad">{failureOf(decide.error).message}</p>}
    </Banner>
  );
}

/** The problems of a version: counted by kind, the first hundred listed, the rows to download. */
export function ProblemsCard({ slug, version }: { slug: string; version: VersionData }) {
  const kinds = countedProblems(version.problemCounts);
  return (
    <Card
      flush
      title={plural(version.problemCount ?? 0, "problem")}
      aside={
        version.setAside && (
          <a
            href={partUrl(slug, version.id, "set_aside")}
            className={buttonVariants({ size: "sm" })}
            title="One JSON line per row: its place, its problems, and the row as it came"
          >
            <Download aria-hidden />
            Download these rows
          </a>
        )
      }
    >
      {kinds.length > 1 && (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 border-b px-4 py-2 text-ink-2 text-xs">
          {kinds.map(({ code, words, count }) => (
            <li key={code}>
              <span className="font-medium text-ink tabular-nums">{formatNumber(count)}</span> {words}
            </li>
          ))}
        </ul>
      )}
      <ProblemTable problems={version.problems} />
    </Card>
  );
}
