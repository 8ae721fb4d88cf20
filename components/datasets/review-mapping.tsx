"use client";
import { useState } from "react";
import type { VersionData } from "#components/datasets/data.ts";
import { draftOfMapping, guessMapping, mappingFault, mappingOf } from "#components/datasets/mapping-draft.ts";
import { MappingForm } from "#components/datasets/mapping-form.tsx";
import { RefuseVersion } from "#components/datasets/refuse-version.tsx";
import { useDecide } from "#components/datasets/use-decide.ts";
import { failureOf } from "#components/failure.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { sentence } from "#components/ui/format.ts";

/** The file's columns match no known layout: a person says what they are, and it is read again. */
export function ReviewMapping({ version }: { version: VersionData }) {
  const review = version.reviewDetail?.kind === "mapping" ? version.reviewDetail : null;
  const [draft, setDraft] = useState(() =>
    version.mapping ? draftOfMapping(version.mapping) : guessMapping(review?.columns ?? []),
  );
  const decide = useDecide();
  const refusal = useRefusal("datasets.decide");
  if (!review) return null;
  const mapping = mappingOf(draft);
  const missing = mapping ? mappingFault(review.samples, mapping) : "Choose a column for each part first";
  const why = refusal ?? missing ?? undefined;
  return (
    <Card title="What the columns are">
      <div className="grid gap-4">
        {review.why ? (
          <Banner tone="hold" title="Choose other columns">
            {sentence(review.why)}.
          </Banner>
        ) : (
          <p className="text-ink-2">
            The columns of {version.filename} match no known layout. Say once what they are; all rows are then read that
            way.
          </p>
        )}
        {decide.error && (
          <Banner tone="bad" title="The columns were not mapped">
            {failureOf(decide.error).message}
          </Banner>
        )}
        <MappingForm columns={review.columns} samples={review.samples} draft={draft} onChange={setDraft} />
        <div className="flex flex-wrap gap-2">
          <Button
            variant="primary"
            pending={decide.isPending}
            disabledReason={why}
            onClick={() => mapping && decide.mutate({ versionId: version.id, decision: { do: "map", mapping } })}
          >
            Import with these columns
          </Button>
          <RefuseVersion version={version} />
        </div>
        {why && <p className="text-ink-2 text-xs">{why}</p>}
      </div>
    </Card>
  );
}
