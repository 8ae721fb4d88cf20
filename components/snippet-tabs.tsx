"use client";
import { Tabs as Radix } from "radix-ui";
import { CodeWell } from "#components/ui/code-well.tsx";

/** The same call in several languages, to copy. The choice is not kept in the URL: it stands in dialogs. */
export function SnippetTabs({ snippets }: { snippets: readonly { label: string; code: string }[] }) {
  return (
    <Radix.Root defaultValue={snippets[0]?.label ?? ""} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Radix.List aria-label="Language" className="flex flex-wrap gap-1">
        {snippets.map((snippet) => (
          <Radix.Trigger
            key={snippet.label}
            value={snippet.label}
            className="h-6.5 rounded-md px-2 text-ink-2 text-xs hover:bg-hover data-[state=active]:bg-hover data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {snippet.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {snippets.map((snippet) => (
        <Radix.Content key={snippet.label} value={snippet.label}>
          <CodeWell copy={snippet.code} label={`${snippet.label} snippet`} className="max-h-64">
            {snippet.code}
          </CodeWell>
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
