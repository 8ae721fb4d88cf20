"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { z } from "zod";
import { FlowActions, FlowForm } from "#components/form/form.tsx";
import { useVerbForm, type VerbForm } from "#components/form/use-verb-form.ts";
import { FilePicker } from "#components/models/file-picker.tsx";
import type { Picked } from "#components/models/picked-files.ts";
import { ImportRequest, useImport } from "#components/models/use-import.ts";
import { WayChoice, ways } from "#components/models/way-choice.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatBytes } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { ModelName } from "#server/models/input.ts";

const Draft = z.object({
  way: z.enum(ways),
  name: z.string(),
  source: z.object({ repo: z.string(), revision: z.string(), file: z.string() }),
});
type Draft = z.infer<typeof Draft>;
const blank: Draft = { way: "hub", name: "", source: { repo: "", revision: "", file: "" } };

/** From what is typed to the request; picked files cannot be kept in a draft. */
function importForm(picked: Picked | null) {
  const files = picked && "files" in picked ? picked.files : [];
  return Draft.transform(({ way, name, source }): ImportRequest => {
    if (way === "sample") return { way };
    if (way === "files") return { way, name, files };
    const { repo, revision, file } = source;
    const pinned = { revision: revision.trim() || undefined, file: file.trim() || undefined };
    return { way, name, source: { kind: "hub", repo, ...pinned } };
  }).pipe(ImportRequest);
}

/** Three ways for a base model to come in, and what happens with it. */
export function ImportModelFlow({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("models.import");
  const asked = useSearchParams().get("name") ?? "";
  const [picked, setPicked] = useState<Picked | null>(null);
  const bases = useQuery(trpc.models.list.queryOptions({ kind: "base", limit: 100 }));
  const { start, stop, sentBytes } = useImport(slug);
  const form = useVerbForm({
    schema: importForm(picked),
    initial: { ...blank, name: asked },
    draft: { project: slug, form: "model", asked: { name: asked }, schema: Draft },
    send: start,
    onDone: async (version) => {
      await client.invalidateQueries(trpc.models.pathFilter());
      router.push(version ? `/${slug}/models/${version.modelId}` : `/${slug}/models`);
    },
  });
  const { values: draft, problem } = form.read((typed) => ({
    ...typed,
    name: typed.name || (typed.way === "hub" ? nameFrom(typed.source.repo.trim()) : ""),
  }));
  const nano = bases.data?.items.find((model) => model.name === "nano" && model.latest?.status !== "failed");
  const taken = bases.data?.items.find((model) => model.name === draft.name);
  const why = refusal ?? (draft.way === "sample" && nano ? "nano is registered already" : problem);
  return (
    <Page>
      <Crumb label="Import a base model" />
      <PageHead
        title="Import a base model"
        purpose="What runs start from. Only safetensors and GGUF: both are data, no code of the model's own is ever run."
      />
      <FlowForm form={form} refused="The model was not imported">
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
              {sentBytes === null ? (
                <FlowActions
                  label={draft.way === "files" ? "Upload and import" : "Import"}
                  pending={form.pending}
                  why={why}
                  cancelHref={`/${slug}/models`}
                />
              ) : (
                <Button className="mt-4" onClick={stop}>
                  Stop
                </Button>
              )}
            </Card>
          }
        >
          <Card title="Source">
            <div className="grid gap-4">
              <WayChoice value={draft.way} onChange={(way) => form.set("way", way)} />
              {draft.way === "hub" && <HubFields form={form} />}
              {draft.way === "files" && <FilePicker picked={picked} onPick={setPicked} />}
            </div>
          </Card>
          {draft.way !== "sample" && (
            <Card title="Name">
              <Field
                label="Name"
                hint={
                  form.typed.name === "" && draft.name !== ""
                    ? `Left empty it is called ${draft.name}.`
                    : "Runs, evals and API calls use it: lower-case letters, digits, dots, dashes."
                }
                error={form.errorAt("name")}
              >
                <Input
                  {...form.register("name")}
                  placeholder={draft.name || "qwen3-0.6b"}
                  autoComplete="off"
                  spellCheck={false}
                />
              </Field>
            </Card>
          )}
        </WithAside>
      </FlowForm>
    </Page>
  );
}

function HubFields({ form: { register, errorAt } }: { form: Pick<VerbForm<Draft>, "register" | "errorAt"> }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Hub id" error={errorAt("source.repo") ?? errorAt("source")} className="md:col-span-2">
        <Input {...register("source.repo")} placeholder="Qwen/Qwen3-0.6B" autoComplete="off" spellCheck={false} />
      </Field>
      <Field
        label="Revision"
        optional
        hint="A branch, tag or commit; the newest otherwise. It is pinned either way."
        error={errorAt("source.revision")}
      >
        <Input {...register("source.revision")} placeholder="main" />
      </Field>
      <Field label="GGUF file" optional hint="Only when the repository holds several." error={errorAt("source.file")}>
        <Input {...register("source.file")} placeholder="model-q8_0.gguf" />
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

/** Qwen/Qwen3-0.6B → qwen3-0.6b, once the id is whole. */
function nameFrom(repo: string): string {
  const name = /^[\w.-]+\/([\w.-]{4,})$/.exec(repo)?.[1]?.toLowerCase() ?? "";
  return ModelName.safeParse(name).success ? name : "";
}
