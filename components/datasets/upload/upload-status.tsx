import type { UploadState } from "#components/datasets/upload/use-upload.ts";
import { formatBytes, formatPercent, formatRemaining, sentence } from "#components/ui/format.ts";
import { Progress } from "#components/ui/progress.tsx";

/** How far the upload is, at what rate, and what is left. */
export function UploadStatus({ state, size, filename }: { state: UploadState; size: number; filename: string }) {
  if (state.phase === "idle") return null;
  const sent = state.phase === "sent" ? size : state.sent;
  const share = size > 0 ? sent / size : 1;
  const rate = state.phase === "sending" ? state.bytesPerSecond : null;
  const tone = state.phase === "failed" ? "bad" : state.phase === "paused" ? "hold" : "run";
  return (
    <div className="grid gap-1.5" aria-live="polite">
      <Progress value={share} tone={tone} label={`Upload of ${filename}`} />
      <div className="flex flex-wrap justify-between gap-x-3 text-ink-2 text-xs tabular-nums">
        <span>
          {formatBytes(sent)} of {formatBytes(size)}, {formatPercent(share, 0)}
        </span>
        {rate !== null && rate > 0 && (
          <span>
            {formatBytes(rate)}/s, {formatRemaining((size - sent) / rate)} left
          </span>
        )}
        {state.phase === "paused" && <span className="text-hold">Paused</span>}
        {state.phase === "sent" && <span>Starting the import</span>}
      </div>
      {state.phase === "failed" && (
        <p role="alert" className="text-bad">
          {sentence(state.message)}
          {state.requestId && <span className="block text-ink-3 text-xs">Request {state.requestId}</span>}
        </p>
      )}
    </div>
  );
}
