"use client";
import type { UploadDraft } from "#components/datasets/upload/upload-form.ts";
import { UploadStatus } from "#components/datasets/upload/upload-status.tsx";
import type { useUpload } from "#components/datasets/upload/use-upload.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatBytes, formatPercent, sentence } from "#components/ui/format.ts";
import { SummaryLine } from "#components/ui/summary-line.tsx";

/** The live summary of the flow: what will happen, and the one button that says why it cannot be pressed. */
export function UploadSummary({
  file,
  choices,
  nextVersion,
  columns,
  upload,
  failed,
  refusal,
  isBad,
  cancelHref,
}: {
  file: File | null;
  choices: UploadDraft;
  nextVersion: number;
  columns: string | null;
  upload: ReturnType<typeof useUpload>;
  /** all bytes are there, but the import was not started */
  failed: boolean;
  refusal: string | undefined;
  /** nothing can become of the file as it is */
  isBad: boolean;
  cancelHref: string;
}) {
  const { state } = upload;
  return (
    <Card title="Summary">
      <div className="grid gap-4">
        <dl className="grid gap-2">
          <SummaryLine
            label="Produces"
            value={file ? (isBad ? "nothing, as it is" : `${choices.name.trim()} v${nextVersion}`) : open}
          />
          <SummaryLine label="Sends" value={file ? formatBytes(file.size) : open} />
          <SummaryLine label="Validation" value={formatShare(choices.validationShareBp)} />
          <SummaryLine label="Rows with problems" value={badRowLabels[choices.onBadRows]} />
          <SummaryLine label="Columns" value={columns ?? open} />
        </dl>
        {file && <UploadStatus state={state} size={file.size} filename={file.name} />}
        <div className="flex flex-wrap gap-2">
          {state.phase === "idle" && (
            <>
              <Button
                type="submit"
                variant="primary"
                disabledReason={file ? refusal && sentence(refusal) : "Choose a file first"}
              >
                Upload and check
              </Button>
              <ButtonLink href={cancelHref}>Cancel</ButtonLink>
            </>
          )}
          {file && state.phase === "sending" && <Button onClick={upload.pause}>Pause</Button>}
          {file && (state.phase === "paused" || state.phase === "failed") && (
            <Button type="submit" variant="primary">
              Go on
            </Button>
          )}
          {file && state.phase !== "idle" && state.phase !== "sent" && (
            <Button variant="danger" onClick={() => void upload.cancel(file)}>
              Cancel the upload
            </Button>
          )}
          {state.phase === "sent" && (
            <Button type="submit" variant="primary" pending={!failed}>
              {failed ? "Start the import again" : "Starting the import"}
            </Button>
          )}
        </div>
        {state.phase === "idle" && file && refusal && <p className="text-ink-2 text-xs">{sentence(refusal)}</p>}
        {state.phase === "sending" && (
          <p className="text-ink-3 text-xs">
            Stay on this page while it uploads. If you leave, choose the same file again and it goes on where it stood.
          </p>
        )}
      </div>
    </Card>
  );
}

/** What only the file can say. */
const open = <span className="text-ink-3">choose a file</span>;

const badRowLabels: Record<UploadDraft["onBadRows"], string> = {
  ask: "you decide",
  set_aside: "set aside",
  refuse: "the file is refused",
};

function formatShare(basisPoints: number): string {
  if (basisPoints === 0) return "none";
  return basisPoints === 10_000 ? "every row" : formatPercent(basisPoints / 10_000, 0);
}
