import { FileText } from "lucide-react";
import { formatLayout } from "#components/datasets/data.ts";
import { ExampleView } from "#components/datasets/example-view.tsx";
import type { Peek } from "#components/datasets/upload/peek.ts";
import { LinkButton } from "#components/ui/button.tsx";
import { formatBytes, plural, sentence } from "#components/ui/format.ts";
import { nothingFound } from "#server/datasets/shapes/problem.rule.ts";
import { isExactObject } from "#server/text/exact-json.rule.ts";

const shownRows = 2;

/** The chosen file, what its beginning looks like, and its first rows as the examples they will be. */
export function ChosenFile({
  file,
  peek,
  onChange,
  locked,
}: {
  file: File;
  peek: Peek | null;
  onChange: () => void;
  locked: boolean;
}) {
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border px-3 py-2.5">
        <FileText aria-hidden className="size-4 text-ink-3" />
        <span className="min-w-0 break-all font-medium">{file.name}</span>
        <span className="text-ink-3 text-xs tabular-nums">{formatBytes(file.size)}</span>
        {peek?.reading && <span className="text-ink-2 text-xs">looks like {formatLayout(peek.reading.source)}</span>}
        {!locked && (
          <LinkButton className="ml-auto text-xs" onClick={onChange}>
            Choose another
          </LinkButton>
        )}
      </div>
      {peek?.refusal && (
        <p role="alert" className="text-bad">
          {sentence(peek.refusal.message)}. <span className="text-ink-2">{peek.refusal.remedy}</span>
        </p>
      )}
      {peek?.warning && (
        <p role="status" className="text-hold">
          {peek.warning}
        </p>
      )}
      {peek?.reading && <FirstRows peek={peek} reading={peek.reading} />}
    </div>
  );
}

function FirstRows({ peek, reading }: { peek: Peek; reading: NonNullable<Peek["reading"]> }) {
  const converted = peek.rows.filter(isExactObject).map((row) => reading.convert(row, nothingFound(true)));
  const examples = converted.filter((one) => one.ok).slice(0, shownRows);
  const [problem] = converted.flatMap((one) => (one.ok ? [] : one.problems));
  const bad = converted.filter((one) => !one.ok).length;
  return (
    <section aria-label="First rows" className="grid gap-2">
      {examples.length > 0 && <h3 className="text-ink-3 text-xs">The first rows, as they will be trained on</h3>}
      {examples.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
        <div key={index} className="max-h-44 overflow-auto rounded-md border px-3 py-2.5">
          <ExampleView value={one.example} />
        </div>
      ))}
      {reading.shape === "unpaired_preference" && (
        <p className="text-ink-2">
          Unpaired preference data (KTO): imported with its labels, and not used for SFT, which would also train on the
          bad answers.
        </p>
      )}
      {problem && (
        <p role="status" className="text-hold">
          {bad} of the first {plural(converted.length, "row")} cannot be used as {bad === 1 ? "it is" : "they are"}:{" "}
          {problem.message}. <span className="text-ink-2">{problem.remedy}</span>
        </p>
      )}
    </section>
  );
}
