import type { Model, Version } from "#components/models/data.ts";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";

/** The names that API calls take for the chosen version. */
export function NamesCard({ model, version }: { model: Model; version: Version }) {
  const names = [
    { name: version.name, means: "always this version" },
    ...version.aliases.map((alias) => ({ name: `${model.name}@${alias}`, means: `the current ${alias}` })),
    ...(version.fineTunedName ? [{ name: version.fineTunedName, means: "its OpenAI-style name" }] : []),
  ];
  return (
    <Card title="Call it" flush>
      <CardRows>
        {names.map(({ name, means }) => (
          <CardRow key={name} className="items-start">
            <div className="min-w-0 flex-1">
              <p className="font-mono text-xs/5 [overflow-wrap:anywhere]">{name}</p>
              <p className="text-ink-3 text-xs">{means}</p>
            </div>
            <CopyButton value={name} label={`Copy ${name}`} />
          </CardRow>
        ))}
      </CardRows>
    </Card>
  );
}
