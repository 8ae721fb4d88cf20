import { BarChart } from "#components/charts/bar-chart.tsx";
import { Histogram } from "#components/charts/histogram.tsx";
import { formatLayout, type VersionData } from "#components/datasets/data.ts";
import { countedProblems } from "#components/datasets/problem-text.ts";
import { Card } from "#components/ui/card.tsx";
import { formatNumber, formatPercent, sentence } from "#components/ui/format.ts";
import { EmptyState } from "#components/ui/states.tsx";
import { formatNote } from "#server/datasets/pass/note.rule.ts";
import { formatPlace } from "#server/datasets/pass/report.rule.ts";
import type { LengthField } from "#server/datasets/shapes/canonical.rule.ts";

type Lengths = VersionData["lengths"][string];

/** In the order in which they are shown. */
const titles: Readonly<Record<LengthField, string>> = {
  conversation: "Length of a conversation",
  answers: "Length of its answers",
  turns: "Turns in a conversation",
  prompt: "Length of a prompt",
  completion: "Length of a completion",
  chosen: "Length of the better answer",
  rejected: "Length of the worse answer",
  text: "Length of a text",
};

/** What is in a version: how long its examples are, how they are split, how the file was read. */
export function OverviewTab({ version }: { version: VersionData }) {
  const fields = Object.entries(titles).flatMap(([field, title]) => {
    const lengths = version.lengths[field];
    return lengths ? [{ field, title, lengths }] : [];
  });
  return (
    <>
      <SplitCard version={version} />
      <NotesCard version={version} />
      <ProblemsChart version={version} />
      {fields.length === 0 ? (
        <Card title="Lengths">
          <EmptyState title="Nothing to measure">No row could be read.</EmptyState>
        </Card>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-2">
          {fields.map(({ field, title, lengths }, index) => (
            <div key={field} className={index === 0 && fields.length % 2 === 1 ? "md:col-span-2" : undefined}>
              <LengthChart field={field} title={title} lengths={lengths} />
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function LengthChart({ field, title, lengths }: { field: string; title: string; lengths: Lengths }) {
  const unit = field === "turns" ? "turns" : "characters";
  const { histogram: bins, p50, p95, max } = lengths;
  const first = bins[0]?.from ?? 0;
  const step = (bins[1]?.from ?? bins[0]?.to ?? 1) - first;
  const last = bins.at(-1)?.from ?? 0;
  const longTail = max > last + step;
  return (
    <Histogram
      title={title}
      height={200}
      // the last bin may reach far: drawn as wide as the others, and said below
      edges={[...bins.map((bin) => bin.from), last + step]}
      counts={bins.map((bin) => bin.count)}
      x={{ label: unit === "turns" ? "Turns" : "Characters", whole: true }}
      markers={[{ x: p50, label: "median" }, ...(p95 < last + step ? [{ x: p95, label: "p95" }] : [])]}
      note={
        longTail
          ? `The last bar holds everything from ${formatNumber(last)} to the longest, ${formatNumber(max)} ${unit}.`
          : `The longest has ${formatNumber(max)} ${unit}.`
      }
    />
  );
}

function SplitCard({ version }: { version: VersionData }) {
  const train = version.trainRows ?? 0;
  const validation = version.validationRows ?? 0;
  const all = Math.max(1, train + validation);
  return (
    <Card title="Split">
      <div className="grid gap-3">
        <div aria-hidden className="flex h-2 overflow-hidden rounded-full bg-hover">
          <div className="bg-accent" style={{ width: `${(100 * train) / all}%` }} />
          <div className="bg-ink-3" style={{ width: `${(100 * validation) / all}%` }} />
        </div>
        <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
          <Line mark="bg-accent" label="Training" value={`${formatNumber(train)} (${formatPercent(train / all)})`} />
          <Line
            mark="bg-ink-3"
            label="Validation"
            value={`${formatNumber(validation)} (${formatPercent(validation / all)})`}
          />
        </dl>
        <p className="text-ink-3 text-xs">
          By the sha256 of each example: the same example is always on the same side, in whatever order or file it
          comes, so duplicates never leak from training into validation. Asked for:{" "}
          {formatShare(version.validationShareBp)}.
        </p>
        <ReadAs version={version} />
      </div>
    </Card>
  );
}

/** What was done with rows that are used all the same; nothing where every row was taken as it stands. */
function NotesCard({ version }: { version: VersionData }) {
  if (version.notes.length === 0) return null;
  return (
    <Card title="Notes">
      <ul className="grid gap-1.5">
        {version.notes.map((note) => (
          <li key={`${note.code} ${note.name}`} className="flex flex-wrap justify-between gap-x-4">
            <span className="min-w-0 [overflow-wrap:anywhere]">{sentence(formatNote(note))}</span>
            <span className="text-ink-3 text-xs tabular-nums">first on {formatPlace(note).toLowerCase()}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function ReadAs({ version }: { version: VersionData }) {
  const { sourceShape, mapping, format } = version;
  return (
    <dl className="grid gap-x-6 gap-y-2 border-t pt-3 sm:grid-cols-2">
      <Line
        label="Read as"
        value={`${sourceShape ? formatLayout(sourceShape) : "unknown"}, ${format === "json_array" ? "one JSON array" : "JSONL"}`}
      />
      {mapping && (
        <Line
          label="Columns"
          value={Object.entries(mapping)
            .map(([target, column]) => `${column} → ${target}`)
            .join(", ")}
        />
      )}
    </dl>
  );
}

function Line({ label, value, mark }: { label: string; value: string; mark?: string }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="flex items-center gap-1.5 whitespace-nowrap text-ink-3">
        {mark && <span aria-hidden className={`size-2 rounded-full ${mark}`} />}
        {label}
      </dt>
      <dd className="min-w-0 text-right tabular-nums [overflow-wrap:anywhere]">{value}</dd>
    </div>
  );
}

function formatShare(basisPoints: number): string {
  if (basisPoints === 0) return "no rows for validation";
  return basisPoints === 10_000
    ? "every row for validation"
    : `${formatPercent(basisPoints / 10_000, 0)} for validation`;
}

const barPx = 28;
const axisPx = 60;

/** Which kinds of problem the rows have, most frequent first; nothing where there is none. */
function ProblemsChart({ version }: { version: VersionData }) {
  const kinds = countedProblems(version.problemCounts);
  if (kinds.length === 0) return null;
  return (
    <BarChart
      title="Problems by kind"
      height={axisPx + barPx * kinds.length}
      lying
      categories={kinds.map((kind) => kind.words)}
      categoryLabel="Kind"
      y={{ label: "Problems", whole: true }}
      series={[{ id: "count", label: "Problems", color: 6, values: kinds.map((kind) => kind.count) }]}
      note="A row may have several. Examples with lines and remedies are under Problems."
    />
  );
}
