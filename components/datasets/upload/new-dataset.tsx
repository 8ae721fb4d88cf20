"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { formatLayout } from "#components/datasets/data.ts";
import { guessMapping, mappingFault, mappingOf } from "#components/datasets/mapping-draft.ts";
import { MappingForm } from "#components/datasets/mapping-form.tsx";
import { ChosenFile } from "#components/datasets/upload/chosen-file.tsx";
import { FileDrop } from "#components/datasets/upload/file-drop.tsx";
import { ImportChoices, initialChoices } from "#components/datasets/upload/import-choices.tsx";
import { OpenUploads } from "#components/datasets/upload/open-uploads.tsx";
import { type Peek, peekInto } from "#components/datasets/upload/peek.ts";
import { UploadSummary } from "#components/datasets/upload/upload-summary.tsx";
import { useUpload } from "#components/datasets/upload/use-upload.ts";
import { failureOf } from "#components/failure.ts";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Card } from "#components/ui/card.tsx";
import { sentence } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { DatasetName } from "#server/datasets/input.ts";
import { nameFromFile } from "#server/datasets/name.rule.ts";

/** What is known about the columns before anything is sent. */
function formatColumn(peek: Peek | null, asks: boolean): string | null {
  if (!peek) return null;
  if (peek.columns.length === 0) return "not known";
  if (asks) return "asked after the upload";
  return peek.reading ? formatLayout(peek.reading.source) : "as you said";
}

/** Choose a file, see what it looks like, say what to do with it, send it. The version's own page shows the rest. */
export function NewDataset({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("datasets.create");
  const asked = useSearchParams().get("name") ?? "";
  const [file, setFile] = useState<File | null>(null);
  const [peek, setPeek] = useState<Peek | null>(null);
  const [choices, setChoices] = useState({ ...initialChoices, name: asked });
  const [draft, setDraft] = useState(() => guessMapping([]));
  const create = useMutation(
    trpc.datasets.create.mutationOptions({
      onSuccess: async ({ datasetId, version }) => {
        router.push(`/${slug}/datasets/${datasetId}?version=${version}`);
        await client.invalidateQueries(trpc.datasets.pathFilter());
      },
    }),
  );
  const unknown = peek !== null && peek.reading === null && peek.columns.length > 0;
  const mapping = unknown ? mappingOf(draft) : null;
  function startImport(uploadId: string) {
    const { name, onBadRows, validationShareBp } = choices;
    create.mutate({ uploadId, name, onBadRows, validationShareBp, ...(mapping ? { mapping } : {}) });
  }
  const upload = useUpload(slug, startImport);
  const existing = useQuery(
    trpc.datasets.list.queryOptions({ name: choices.name.trim() }, { enabled: choices.name.trim() !== "" }),
  );
  const next = existing.data?.items[0]?.latest.version;
  const nameError = file ? DatasetName.safeParse(choices.name).error?.issues[0]?.message : undefined;
  const fault = peek?.refusal ? sentence(peek.refusal.message) : mapping && mappingFault(peek?.rows ?? [], mapping);
  const locked = upload.state.phase !== "idle";

  async function choose(chosen: File) {
    setFile(chosen);
    setPeek(null);
    setChoices((before) => ({ ...before, name: asked || nameFromFile(chosen.name) }));
    const found = await peekInto(chosen);
    setPeek(found);
    setDraft(guessMapping(found.columns));
  }

  return (
    <Page>
      <Crumb label="Upload" />
      <PageHead
        title="Upload a dataset"
        purpose="Every row is checked before any compute is spent. Nothing is stored half: you decide about rows with problems."
      />
      {!file && <OpenUploads />}
      {create.error && (
        <Banner tone="bad" title="The file has arrived, but the import was not started">
          {failureOf(create.error).message}
        </Banner>
      )}
      <WithAside
        aside={
          <UploadSummary
            file={file}
            choices={choices}
            nextVersion={(next ?? 0) + 1}
            columns={formatColumn(peek, unknown && !mapping)}
            upload={upload}
            failed={create.isError}
            onImport={startImport}
            refusal={refusal ?? nameError ?? fault ?? undefined}
            isBad={Boolean(peek?.refusal)}
            cancelHref={`/${slug}/datasets`}
          />
        }
      >
        <Card title="1. The file">
          {file ? (
            <ChosenFile file={file} peek={peek} locked={locked} onChange={() => setFile(null)} />
          ) : (
            <FileDrop onFile={(chosen) => void choose(chosen)} disabled={refusal !== undefined} />
          )}
        </Card>
        {file && unknown && (
          <Card title="2. What its columns are">
            <div className="grid gap-4">
              <p className="text-ink-2">
                These columns match no known layout. Say what they are now, or later: the import will ask.
              </p>
              <MappingForm columns={peek.columns} samples={peek.rows.slice(0, 3)} draft={draft} onChange={setDraft} />
            </div>
          </Card>
        )}
        {file && (
          <ImportChoices
            title={unknown ? "3. What to do with it" : "2. What to do with it"}
            value={choices}
            nameError={nameError}
            locked={locked}
            onChange={setChoices}
          />
        )}
      </WithAside>
    </Page>
  );
}
