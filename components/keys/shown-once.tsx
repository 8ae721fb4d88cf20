"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { NewKey } from "#components/keys/key-rows.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { SnippetTabs } from "#components/snippet-tabs.tsx";
import { curlOf, pythonOf, typescriptOf } from "#components/snippets.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { Field } from "#components/ui/field.tsx";
import { useExampleCall } from "#components/use-example-call.ts";

/** The key, once, with what to do with it. */
export function ShownOnce({ made, apiUrl, onDone }: { made: NewKey; apiUrl: string; onDone: () => void }) {
  const { slug } = useProject();
  const [kept, setKept] = useState(false);
  const calls = made.scopes.includes("inference") || made.scopes.includes("admin");
  const trpc = useTRPC();
  const callable = useQuery(trpc.routing.callable.queryOptions({}));
  const model = callable.data?.items.find((choice) => choice.notCallable === null)?.name ?? "nano";
  const call = useExampleCall({ baseUrl: apiUrl, key: made.key, model });
  const shell = [
    `export FORGE_URL=${window.location.origin}`,
    `export FORGE_API_KEY=${made.key}`,
    `./forge runs list --project ${slug}`,
  ].join("\n");
  const api = [
    { label: "curl", code: curlOf(call) },
    { label: "TypeScript", code: typescriptOf(call) },
    { label: "Python", code: pythonOf(call) },
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <CodeWell copy={made.key} label="API key" className="font-medium text-ink">
        {made.key}
      </CodeWell>
      <SnippetTabs snippets={[...(calls ? api : []), { label: "Shell", code: shell }]} />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Field inline label="I have stored the key">
          <Checkbox checked={kept} onCheckedChange={(on) => setKept(on === true)} />
        </Field>
        <Button
          variant="primary"
          disabledReason={kept ? undefined : "Store the key first: it is not shown again"}
          onClick={onDone}
        >
          Done
        </Button>
      </div>
    </div>
  );
}
