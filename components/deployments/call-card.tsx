"use client";
import { SnippetTabs } from "#components/snippet-tabs.tsx";
import { curlOf, pythonOf, typescriptOf } from "#components/snippets.ts";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { useExampleCall } from "#components/use-example-call.ts";

/** How a client calls it: the three ways people copy. */
export function CallCard({ name, apiUrl, slug }: { name: string; apiUrl: string; slug: string }) {
  const call = useExampleCall({ baseUrl: apiUrl, key: null, model: name });
  return (
    <Card title="Call it">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <SnippetTabs
          snippets={[
            { label: "curl", code: curlOf(call) },
            { label: "Python", code: pythonOf(call) },
            { label: "TypeScript", code: typescriptOf(call) },
          ]}
        />
        <p className="text-ink-3 text-xs">
          Any OpenAI client works. The key needs the scope inference:{" "}
          <TextLink href={`/${slug}/settings/keys`}>create one</TextLink>. Send <code className="font-mono">user</code>{" "}
          to keep each of your users on one revision.
        </p>
      </div>
    </Card>
  );
}
