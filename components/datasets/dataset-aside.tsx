import type { DatasetData } from "#components/datasets/data.ts";
import { whyNotTrainable } from "#components/datasets/trainable.rule.ts";
import { TextLink } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { formatNumber } from "#components/ui/format.ts";

/** Beside a version: what was made from it, and how the shell and the SDK say it. */
export function DatasetAside({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  return (
    <>
      <UsedBy slug={slug} dataset={dataset} />
      {dataset.version.status === "ready" && <ByCode dataset={dataset} />}
    </>
  );
}

function UsedBy({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const { runs, suites, runCount } = dataset.usedBy;
  const used = runs.length + suites.length > 0;
  return (
    <Card flush title={`Used by v${dataset.version.version}`}>
      {!used && (
        <p className="px-4 py-3 text-ink-3">Nothing yet. Runs trained on it and suites made from it appear here.</p>
      )}
      <CardRows>
        {runs.map((run) => (
          <CardRow key={run.id}>
            <TextLink href={`/${slug}/runs/${run.id}`} className="min-w-0 truncate">
              {run.name}
            </TextLink>
            <span className="ml-auto">
              <StatusChip status={run.status} />
            </span>
          </CardRow>
        ))}
        {suites.map((suite) => (
          <CardRow key={suite.id}>
            <TextLink href={`/${slug}/evals?suite=${suite.id}`} className="min-w-0 truncate">
              {suite.name}
            </TextLink>
            <span className="ml-auto whitespace-nowrap text-ink-3 text-xs">
              suite, {formatNumber(suite.cases)} cases, {suite.split}
            </span>
          </CardRow>
        ))}
      </CardRows>
      {runCount > runs.length && (
        <p className="border-t px-4 py-2 text-ink-3 text-xs">
          The newest {runs.length} of {formatNumber(runCount)} runs.
        </p>
      )}
    </Card>
  );
}

function ByCode({ dataset }: { dataset: DatasetData }) {
  const ref = `${dataset.name}/${dataset.version.version}`;
  const quoted = ref.includes(" ") ? `"${ref}"` : ref;
  const train = `./forge train sft --model nano --dataset ${quoted}`;
  const upload = `./forge datasets upload FILE.jsonl --name ${dataset.name.includes(" ") ? `"${dataset.name}"` : dataset.name} --wait`;
  const sdk = [
    "const file = await openai.files.create({",
    `  file: fs.createReadStream("${dataset.version.filename}"),`,
    '  purpose: "fine-tune",',
    "});",
  ].join("\n");
  return (
    <Card title="In the shell and in code">
      <div className="grid gap-3">
        {whyNotTrainable(dataset) === undefined && <Snippet title="Train on it" text={train} />}
        <Snippet title="Upload the next version" text={upload} />
        <Snippet title="With the OpenAI SDK" text={sdk} />
      </div>
    </Card>
  );
}

function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <div className="grid gap-1">
      <h3 className="text-ink-3 text-xs">{title}</h3>
      <CodeWell copy={text} label={title} wrap={false}>
        {text}
      </CodeWell>
    </div>
  );
}
