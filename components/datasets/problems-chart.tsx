import { BarChart } from "#components/charts/bar-chart.tsx";
import type { VersionData } from "#components/datasets/data.ts";
import { countedProblems } from "#components/datasets/problem-text.ts";

const barPx = 28;
const axisPx = 60;

/** Which kinds of problem the rows have, most frequent first; nothing where there is none. */
export function ProblemsChart({ version }: { version: VersionData }) {
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
