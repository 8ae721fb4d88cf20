"use client";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { z } from "zod";
import { FailureBanner } from "#components/failure-banner.tsx";
import { FilePicker } from "#components/models/file-picker.tsx";
import type { Picked } from "#components/models/picked-files.ts";
import { type ImportRequest, useImport } from "#components/models/use-import.ts";
import { WayChoice, ways } from "#components/models/way-choice.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatBytes, sentence } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { useDraft } from "#components/use-draft.ts";
import { ImportSource, ModelName } from "#server/models/input.ts";

const Draft = z.object({
  way: z.enum(ways),
  name: z.string(),
  repo: z.string(),
  revision: z.string(),
  file: z.string(),
});
type Draft = z.infer<typeof Draft>;
const blank: Draft = { way: "hub", name: "", repo: "", revision: "", file: "" };

/** Three ways for a base model to come in, and what happens with it. */
export function ImportModelFlow({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("models.import");
  const asked = useSearchParams().get("name") ?? "";
  const { value, set, clear } = useDraft("model", Draft, blank);
  const [picked, setPicked] = useState<Picked | null>(null);
  const bases = useQuery(trpc.models.list.queryOptions({ kind: "base", limit: 100 }));
  const { start, stop, sentBytes, pending, failure } = useImport(slug, clear);
  const draft = { ...value, name: value.name || asked || (value.way === "hub" ? nameFrom(value.repo) : "") };
  const nano = bases.data?.items.find((model) => model.name === "nano" && model.latest?.status !== "failed");
  const taken = bases.data?.items.find((model) => model.name === draft.name);
  const nameError = draft.name === "" ? undefined : ModelName.safeParse(draft.name).error?.issues[0]?.message;
  const hub = ImportSource.safeParse({ kind: "hub", repo: draft.repo });
  const repoError = draft.repo === "" ? undefined : hub.error?.issues[0]?.message;
  const request = requestOf(draft, picked);
  const why = refusal ?? (draft.way === "sample" && nano ? "nano is registered already" : missing(draft, picked));
  return (
    <Page>
      <Crumb label="Import a base model" />
      <PageHead
        title="Import a base model"
        purpose="What runs start from. Only safetensors and GGUF: both are data, no code of the model's own is ever run."
      />
      <FailureBanner title="The model was not imported" failure={failure} />
      <WithAside
        aside={
          <Card title="Summary">
            <ol className="grid list-decimal gap-1.5 pl-4 text-ink-2">
              {steps[draft.way].map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
            {taken && draft.way !== "sample" && (
              <p className="mt-3">
                {draft.name} exists: this becomes {draft.name}/{taken.versions + 1}.
              </p>
            )}
            {sentBytes !== null && picked && "files" in picked && (
              <div className="mt-4 grid gap-1.5">
                <Progress value={sentBytes} max={picked.bytes} label="Upload" />
                <p className="text-ink-3 text-xs tabular-nums">
                  {formatBytes(sentBytes)} of {formatBytes(picked.bytes)}. Stay on this page until they are sent.
                </p>
              </div>
            )}
            <div className="mt-4 flex flex-wrap gap-2">
              <Button
                variant="primary"
                pending={pending}
                disabledReason={why}
                onClick={() => request && start(request)}
              >
                {draft.way === "files" ? "Upload and import" : "Import"}
              </Button>
              {sentBytes === null ? (
                <ButtonLink href={`/${slug}/models`}>Cancel</ButtonLink>
              ) : (
                <Button onClick={stop}>Stop</Button>
              )}
            </div>
            {why && <p className="mt-2 text-ink-2 text-xs">{sentence(why)}</p>}
          </Card>
        }
      >
        <Card title="Source">
          <div className="grid gap-4">
            <WayChoice value={draft.way} onChange={(way) => set({ way })} />
            {draft.way === "hub" && <HubFields draft={draft} set={set} repoError={repoError} />}
            {draft.way === "files" && <FilePicker picked={picked} onPick={setPicked} />}
          </div>
        </Card>
        {draft.way !== "sample" && (
          <Card title="Name">
            <Field
              label="Name"
              hint="Runs, evals and API calls use it: lower-case letters, digits, dots, dashes."
              error={nameError}
            >
              <Input
                value={draft.name}
                placeholder="qwen3-0.6b"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => set({ name: event.target.value })}
              />
            </Field>
          </Card>
        )}
      </WithAside>
    </Page>
  );
}

function HubFields({
  draft,
  set,
  repoError,
}: {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  repoError: string | undefined;
}) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Hub id" error={repoError} className="md:col-span-2">
        <Input
          value={draft.repo}
          placeholder="Qwen/Qwen3-0.6B"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => set({ repo: event.target.value.trim() })}
        />
      </Field>
      <Field label="Revision" optional hint="A branch, tag or commit; the newest otherwise. It is pinned either way.">
        <Input value={draft.revision} placeholder="main" onChange={(event) => set({ revision: event.target.value })} />
      </Field>
      <Field label="GGUF file" optional hint="Only when the repository holds several.">
        <Input
          value={draft.file}
          placeholder="model-q8_0.gguf"
          onChange={(event) => set({ file: event.target.value })}
        />
      </Field>
    </div>
  );
}

const steps = {
  hub: [
    "The newest commit, or the one you name, is pinned and its files are downloaded; a broken download resumes where it stopped.",
    "Headers, sizes and architecture are checked; every file gets its sha256.",
    "Safetensors are converted to GGUF once, so that the model can be served.",
  ],
  files: [
    "The files are sent in parts; a lost connection resumes where it stopped.",
    "Headers, sizes and architecture are checked; every file gets its sha256.",
    "Safetensors are converted to GGUF once. A GGUF can be served and compared, but not trained on.",
  ],
  sample: ["nano is copied from this release, checked and converted.", "A first run can start from it at once."],
} as const;

function requestOf(draft: Draft, picked: Picked | null): ImportRequest | null {
  const { name, repo } = draft;
  if (draft.way === "sample") return { way: "sample" };
  if (draft.way === "hub") {
    return {
      way: "hub",
      name,
      repo,
      revision: draft.revision.trim() || undefined,
      file: draft.file.trim() || undefined,
    };
  }
  return picked && "files" in picked ? { way: "files", name, files: picked.files } : null;
}

function missing(draft: Draft, picked: Picked | null): string | undefined {
  if (draft.way === "sample") return undefined;
  if (draft.way === "hub" && !ImportSource.safeParse({ kind: "hub", repo: draft.repo }).success)
    return "Write the id as owner/name";
  if (draft.way === "files" && !(picked && "files" in picked)) return "Choose the model's files";
  if (!ModelName.safeParse(draft.name).success) return "Give the model a name";
  return undefined;
}

/** Qwen/Qwen3-0.6B → qwen3-0.6b, once the id is whole. */
function nameFrom(repo: string): string {
  const name = /^[\w.-]+\/([\w.-]{4,})$/.exec(repo)?.[1]?.toLowerCase() ?? "";
  return ModelName.safeParse(name).success ? name : "";
}
