"use client";
import { useQuery } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import type { Version } from "#components/models/data.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { formatBytes } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { ArtifactKind } from "#db/enums.ts";

const words: Record<ArtifactKind, string> = {
  base_weights: "Base weights",
  base_gguf: "Base, as it is served (GGUF)",
  adapter_weights: "Adapter weights",
  adapter_gguf: "Adapter, as it is served (GGUF)",
};

/** The files of a version, each with its sha256. */
export function ArtifactsCard({ version }: { version: Version }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.models.artifacts.queryOptions({ version: version.id }));
  if (query.error) return <ErrorState message={failureOf(query.error).message} onRetry={() => query.refetch()} />;
  if (!query.data) return <Skeleton className="h-64" />;
  if (query.data.length === 0)
    return (
      <EmptyState title={`${version.name} has no files yet`}>They are stored when its import has ended.</EmptyState>
    );
  return (
    <>
      {query.data.map((artifact) => (
        <Card
          key={artifact.id}
          title={words[artifact.kind]}
          aside={
            <>
              <span>{formatBytes(artifact.bytes)}</span>
              <span className="inline-flex items-center font-mono" title={`digest ${artifact.digest}`}>
                digest {artifact.digest.slice(0, 12)}
                <CopyButton value={artifact.digest} label="Copy the digest" />
              </span>
            </>
          }
          flush
        >
          <Table>
            <thead>
              <tr>
                <Th>File</Th>
                <Th numeric>Size</Th>
                <Th>sha256</Th>
              </tr>
            </thead>
            <tbody>
              {artifact.files.map((file) => (
                <Tr key={file.path}>
                  <Td>{file.path}</Td>
                  <Td numeric>{formatBytes(file.bytes)}</Td>
                  <Td>
                    <span className="inline-flex items-center gap-1 font-mono text-ink-2 text-xs" title={file.sha256}>
                      <span className="max-md:hidden lg:hidden">{file.sha256.slice(0, 24)}…</span>
                      <span className="md:hidden">{file.sha256.slice(0, 8)}…</span>
                      <span className="max-lg:hidden">{file.sha256}</span>
                      <CopyButton value={file.sha256} label={`Copy the sha256 of ${file.path}`} />
                    </span>
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        </Card>
      ))}
    </>
  );
}
