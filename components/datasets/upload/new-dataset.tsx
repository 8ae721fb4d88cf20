"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { formatLayout } from "#components/datasets/data.ts";
import { guessMapping, mappingFault, mappingOf } from "#components/datasets/mapping-draft.ts";
import { MappingForm } from "#components/datasets/mapping-form.tsx";
import { ChosenFile } from "#components/datasets/upload/chosen-file.tsx";
import { FileDrop } from "#components/datasets/upload/file-drop.tsx";
import { ImportChoices } from "#components/datasets/upload/import-choices.tsx";
import { OpenUploads } from "#components/datasets/upload/open-uploads.tsx";
import { type Peek, peekInto } from "#components/datasets/upload/peek.ts";
import { UploadDraft, uploadForm } from "#components/datasets/upload/upload-form.ts";
import { UploadSummary } from "#components/datasets/upload/upload-summary.tsx";
import { useUpload } from "#components/datasets/upload/use-upload.ts";
import { FlowForm } from "#components/form/form.tsx";
import { SendStopped, useVerbForm } from "#components/form/use-verb-form.ts";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { sentence } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { nameFromFile } from "#server/datasets/name.rule.ts";

/** What is known about the columns before anything is sent. */
function formatColumn(peek: Peek | null, asks: boolean): string | null {
  if (!peek) return null;
  if (peek.columns.length === 0) return "not known";
  if (asks) return "asked after the upload";
  return peek.reading ? formatLayout(peek.reading.source) : "as you said";
}

const untouched: UploadDraft = {
  filename: "",
  name: "",
  onBadRows: "ask",
  validationShareBp: 1_000,
  mapping: guessMapping([]),
};

/** Choose a file, see what it looks like, say what to do with it, send it. The version's own page shows the rest. */
export function NewDataset({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("datasets.create");
  const asked = useSearchParams().get("name") ?? "";
  const [file, setFile] = useState<File | null>(null);
  const [peek, setPeek] = useState<Peek | null>(null);
  const unknown = peek !== null && peek.reading === null && peek.columns.length > 0;
  const upload = useUpload(slug);
  const create = useMutation(trpc.datasets.create.mutationOptions());
  const form = useVerbForm({
    schema: uploadForm(unknown),
    initial: { ...untouched, name: asked },
    draft: { project: slug, form: "dataset", asked: { name: asked }, schema: UploadDraft },
    send: async (input) => {
      if (!file) throw new SendStopped("no file is chosen");
      return create.mutateAsync({ ...input, uploadId: await upload.start(file) });
    },
    onDone: async ({ datasetId, version }) => {
      router.push(`/${slug}/datasets/${datasetId}?version=${version}`);
      await client.invalidateQueries(trpc.datasets.pathFilter());
    },
  });
  const { typed, set } = form;
  const { problem } = form.read();
  const mapping = unknown ? mappingOf(typed.mapping) : null;
  const existing = useQuery(
    trpc.datasets.list.queryOptions({ name: typed.name.trim() }, { enabled: typed.name.trim() !== "" }),
  );
  const next = existing.data?.items[0]?.latest.version;
  const fault = peek?.refusal ? sentence(peek.refusal.message) : mapping && mappingFault(peek?.rows ?? [], mapping);
  const locked = upload.state.phase !== "idle";

  /** Another file is another matter; the same one, chosen again, goes on with what was said about it. */
  async function choose(chosen: File) {
    setFile(chosen);
    setPeek(null);
    const isAnother = chosen.name !== typed.filename;
    set("filename", chosen.name);
    if (isAnother) set("name", asked || nameFromFile(chosen.name));
    const found = await peekInto(chosen);
    setPeek(found);
    if (isAnother) set("mapping", guessMapping(found.columns));
  }

  return (
    <Page>
      <Crumb label="Upload" />
      <PageHead
        title="Upload a dataset"
        purpose="Every row is checked before any compute is spent. Nothing is stored half: you decide about rows with problems."
      />
      {!file && <OpenUploads />}
      <FlowForm
        form={form}
        refused="The file has arrived, but the import was not started"
        restored={!file && `Choose ${typed.filename} again: what you said about it is kept.`}
      >
        <WithAside
          aside={
            <UploadSummary
              file={file}
              choices={typed}
              nextVersion={(next ?? 0) + 1}
              columns={formatColumn(peek, unknown && !mapping)}
              upload={upload}
              failed={create.isError}
              refusal={refusal ?? problem ?? fault ?? undefined}
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
                <MappingForm
                  columns={peek.columns}
                  samples={peek.rows.slice(0, 3)}
                  draft={typed.mapping}
                  onChange={(mapping) => set("mapping", mapping)}
                />
              </div>
            </Card>
          )}
          {file && (
            <ImportChoices
              title={unknown ? "3. What to do with it" : "2. What to do with it"}
              form={form}
              locked={locked}
            />
          )}
        </WithAside>
      </FlowForm>
    </Page>
  );
}
