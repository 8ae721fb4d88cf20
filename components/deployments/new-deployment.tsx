"use client";
import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { z } from "zod";
import { NameCard } from "#components/deployments/name-card.tsx";
import { RevisionMark, SplitBar } from "#components/deployments/split-bar.tsx";
import { FlowActions, FlowForm } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { ServablePicker } from "#components/models/version-picker.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Slider } from "#components/ui/slider.tsx";
import { CreateDeployment } from "#server/deployments/input.ts";
import { percent, rebalance } from "#server/deployments/weights.rule.ts";

const Draft = z.object({
  name: z.string(),
  takeOver: z.boolean(),
  revisions: z.array(z.object({ key: z.string(), model: z.string(), weightBps: z.number() })),
});
type Draft = z.infer<typeof Draft>;
const DeploymentForm = Draft.transform((typed): CreateDeployment => typed).pipe(CreateDeployment);

/** Name what clients call, choose who answers; the card says what will happen. */
export function NewDeployment({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("deployments.create");
  const asked = useSearchParams().get("model") ?? "";
  const initial: Draft = { name: "", takeOver: false, revisions: [{ key: "first", model: asked, weightBps: 10_000 }] };
  const create = useMutation(trpc.deployments.create.mutationOptions());
  const form = useVerbForm({
    schema: DeploymentForm,
    initial,
    draft: { project: slug, form: "deployment", asked: { model: asked }, schema: Draft },
    send: create.mutateAsync,
    onDone: async (created) => {
      await client.invalidateQueries(trpc.deployments.list.pathFilter());
      router.push(`/${slug}/deployments/${created.id}`);
    },
  });
  const { set, errorAt } = form;
  const { values: draft, problem } = form.read();
  const any = useQuery(trpc.deployments.servable.queryOptions({ limit: 1 }));
  const name = draft.name.trim();
  const named = useQuery(trpc.deployments.meaningOfName.queryOptions({ name }, { enabled: name !== "" }));
  const names = useQueries({
    queries: draft.revisions.map(({ model }) =>
      trpc.deployments.servable.queryOptions({ chosen: model, limit: 1 }, { enabled: model !== "" }),
    ),
  });
  const meaning = (name !== "" && named.data) || null;
  const mustSay = meaning && !draft.takeOver ? "Say that its callers move, or choose another name" : undefined;
  const why = refusal ?? (any.data?.total === 0 ? "Import or train a model first" : undefined) ?? problem ?? mustSay;
  const shares = draft.revisions.map((revision, i) => ({
    id: revision.key,
    number: i + 1,
    weightBps: revision.weightBps,
    name:
      names[i]?.data?.items.find((version) => version.id === revision.model || version.name === revision.model)?.name ??
      "not chosen yet",
  }));

  function change(revisions: Draft["revisions"]) {
    set("revisions", revisions);
  }

  function move(key: string, weightBps: number) {
    const weights = draft.revisions.map((one) => ({ revisionId: one.key, weightBps: one.weightBps }));
    const next = new Map(rebalance(weights, key, weightBps).map((one) => [one.revisionId, one.weightBps]));
    change(draft.revisions.map((one) => ({ ...one, weightBps: next.get(one.key) ?? one.weightBps })));
  }

  function add() {
    const key = crypto.randomUUID();
    change([...draft.revisions, { key, model: "", weightBps: 0 }]);
  }

  function remove(key: string) {
    const left = draft.revisions.filter((one) => one.key !== key);
    const [first] = left;
    if (!first) return;
    const missing = 10_000 - left.reduce((sum, one) => sum + one.weightBps, 0);
    change(left.map((one) => (one === first ? { ...one, weightBps: one.weightBps + missing } : one)));
  }

  return (
    <Page>
      <Crumb label="New" />
      <PageHead title="New deployment" purpose="A name for clients, and the model versions that answer it." />
      <FlowForm form={form} refused="The deployment was not created">
        <WithAside
          aside={
            <Card title="Summary">
              <div className="grid gap-3">
                <p className="text-ink-2">
                  {draft.name.trim() ? (
                    <>
                      Clients call model <code className="font-mono">{draft.name.trim()}</code>.
                    </>
                  ) : (
                    "Clients call the name you give."
                  )}{" "}
                  It answers within a second; each version is loaded on a host and proved, and a call that comes earlier
                  waits for it.
                </p>
                <SplitBar revisions={shares} />
                <ul className="grid gap-1">
                  {shares.map((revision) => (
                    <li key={revision.id} className="flex items-center gap-2">
                      <RevisionMark number={revision.number} />
                      <span className="min-w-0 flex-1 truncate">
                        v{revision.number} <span className="text-ink-3">{revision.name}</span>
                      </span>
                      <span className="tabular-nums">{percent(revision.weightBps)}</span>
                    </li>
                  ))}
                </ul>
              </div>
              <FlowActions
                label="Create deployment"
                pending={form.pending}
                why={why}
                cancelHref={`/${slug}/deployments`}
              />
            </Card>
          }
        >
          <NameCard
            name={draft.name}
            input={form.register("name", { onChange: () => set("takeOver", false) })}
            errorAt={errorAt}
            meaning={meaning}
            takeOver={draft.takeOver}
            onTakeOver={(takeOver) => set("takeOver", takeOver)}
          />
          <Card
            title="Revisions"
            aside={
              <Button size="sm" icon={<Plus aria-hidden />} onClick={add}>
                Add a version
              </Button>
            }
          >
            <ul className="grid gap-5">
              {draft.revisions.map((revision, position) => (
                <li key={revision.key} className="grid gap-3">
                  <div className="flex items-end gap-2">
                    <Field
                      label={<>v{position + 1}</>}
                      error={errorAt(`revisions.${position}.model`)}
                      className="min-w-0 flex-1"
                    >
                      <ServablePicker
                        value={revision.model}
                        onChoose={(model) =>
                          change(draft.revisions.map((one) => (one.key === revision.key ? { ...one, model } : one)))
                        }
                        refusalOf={(id) => (isTaken(draft, revision.key, id) ? "already chosen" : undefined)}
                      />
                    </Field>
                    {draft.revisions.length > 1 && (
                      <IconButton label={`Leave v${position + 1} out`} onClick={() => remove(revision.key)}>
                        <X aria-hidden />
                      </IconButton>
                    )}
                  </div>
                  {draft.revisions.length > 1 && (
                    <Slider
                      label={`v${position + 1} share`}
                      value={revision.weightBps / 100}
                      onChange={(value) => move(revision.key, value * 100)}
                    />
                  )}
                </li>
              ))}
            </ul>
          </Card>
        </WithAside>
      </FlowForm>
    </Page>
  );
}

function isTaken(draft: Draft, key: string, model: string) {
  return draft.revisions.some((one) => one.key !== key && one.model === model);
}
