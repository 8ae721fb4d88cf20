import type { VersionData } from "#components/datasets/data.ts";
import { formatNumber, plural, sentence } from "#components/ui/format.ts";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

type Problem = VersionData["problems"][number];

/** Every problem with its line, field, what is wrong and how to mend it; on a phone a list of the same. */
export function ProblemTable({ problems, problemCount }: { problems: readonly Problem[]; problemCount: number }) {
  const more = problemCount - problems.length;
  return (
    <>
      <Table aria-label="Problems">
        <thead className="max-md:sr-only">
          <tr>
            <Th numeric>Line</Th>
            <Th>Field</Th>
            <Th>Problem</Th>
            <Th>What to do</Th>
          </tr>
        </thead>
        <tbody>
          {problems.map((found) => (
            <Tr
              key={`${found.line}-${found.element}-${found.field}-${found.code}`}
              className="max-md:grid max-md:gap-0.5 max-md:py-2"
            >
              <Td numeric className="max-md:px-4 max-md:py-0 max-md:text-left">
                <span className="md:hidden">Line </span>
                {formatNumber(found.line)}
                {found.element !== null && (
                  <span className="block text-ink-3 text-xs max-md:inline"> element {formatNumber(found.element)}</span>
                )}
              </Td>
              <Td className="max-md:px-4 max-md:py-0">
                {found.field ? (
                  <code className="font-mono text-xs [overflow-wrap:anywhere] md:whitespace-nowrap">{found.field}</code>
                ) : (
                  <span className="text-ink-3">the row</span>
                )}
              </Td>
              <Td className="max-md:px-4 max-md:py-0">
                <span className="[overflow-wrap:anywhere]">{sentence(found.message)}</span>
              </Td>
              <Td className="text-ink-2 max-md:px-4 max-md:py-0">{found.remedy}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {more > 0 && (
        <p className="border-t px-4 py-2 text-ink-3 text-xs">
          {plural(more, "more problem")} counted; the first {problems.length} are listed.
        </p>
      )}
    </>
  );
}
