import type { VersionData } from "#components/datasets/data.ts";
import { formatNumber, sentence } from "#components/ui/format.ts";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatPlaces, maxListedProblems } from "#server/datasets/pass/problems.rule.ts";

type Problem = VersionData["problems"][number];

/** One line per kind of problem: where, in how many rows, what is wrong, how to fix it; on a phone a list of the same. */
export function ProblemTable({ problems }: { problems: readonly Problem[] }) {
  return (
    <>
      <Table aria-label="Problems">
        <thead className="max-md:sr-only">
          <tr>
            <Th numeric>Rows</Th>
            <Th>Where</Th>
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
                {formatNumber(found.rows ?? 1)}
                <span className="md:hidden"> {found.rows === 1 ? "row" : "rows"}</span>
              </Td>
              <Td className="max-md:px-4 max-md:py-0">
                {formatPlaces({ rows: found.rows ?? 1, places: found.places ?? [found] })}
              </Td>
              <Td className="max-md:px-4 max-md:py-0 md:min-w-32">
                {found.field ? (
                  <code className="font-mono text-xs [overflow-wrap:anywhere]">{found.field}</code>
                ) : (
                  <span className="text-ink-3">the row</span>
                )}
              </Td>
              <Td className="max-md:px-4 max-md:py-0">
                <span className="[overflow-wrap:anywhere]">{sentence(found.message)}</span>
                {found.text && (
                  <code className="mt-1 line-clamp-3 block font-mono text-ink-3 text-xs [overflow-wrap:anywhere]">
                    {found.text}
                  </code>
                )}
              </Td>
              <Td className="text-ink-2 max-md:px-4 max-md:py-0">{found.remedy}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {problems.length === maxListedProblems && (
        <p className="border-t px-4 py-2 text-ink-3 text-xs">The first {maxListedProblems} kinds are listed.</p>
      )}
    </>
  );
}
