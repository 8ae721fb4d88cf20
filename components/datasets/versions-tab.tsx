import type { DatasetData } from "#components/datasets/data.ts";
import { rowsSoFar } from "#components/datasets/import-progress.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatBytes, formatNumber } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

/** Every version of the dataset, newest first; none of them changes once it is ready. */
export function VersionsTab({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  return (
    <Card flush title="Versions">
      <Table aria-label="Versions">
        <thead>
          <tr>
            <Th>Version</Th>
            <Th>Status</Th>
            <Th numeric>Rows</Th>
            <Th numeric className="max-md:hidden">
              With problems
            </Th>
            <Th numeric className="max-md:hidden">
              Size
            </Th>
            <Th numeric>Created</Th>
          </tr>
        </thead>
        <tbody>
          {dataset.versions.map((version) => (
            <Tr key={version.id} aria-current={version.id === dataset.version.id ? "true" : undefined}>
              <Td>
                <TextLink href={`/${slug}/datasets/${dataset.id}?version=${version.version}`}>
                  v{version.version}
                </TextLink>
                {version.id === dataset.version.id && <span className="ml-2 text-ink-3 text-xs">this one</span>}
                <span className="block max-w-60 truncate text-ink-3 text-xs">{version.filename}</span>
              </Td>
              <Td>
                <StatusChip status={version.state} />
              </Td>
              <Td numeric>{rowsSoFar(version)}</Td>
              <Td numeric className="max-md:hidden">
                {version.badRows === null ? (
                  <span className="text-ink-3">not read</span>
                ) : (
                  formatNumber(version.badRows)
                )}
              </Td>
              <Td numeric className="text-ink-2 max-md:hidden">
                {formatBytes(version.sourceBytes)}
              </Td>
              <Td numeric>
                <RelativeTime at={version.createdAt} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
