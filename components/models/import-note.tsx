import { formatBytes } from "#components/ui/format.ts";
import { Progress } from "#components/ui/progress.tsx";
import type { ModelVersionStatus } from "#db/enums.ts";

type Importing = {
  status: ModelVersionStatus;
  progress: { step: string; bytesDone: number; bytesTotal: number | null } | null;
  error: { message: string; hint: string | null } | null;
};

/** How far an import is, or why it failed and what to do; nothing for a ready version. */
export function ImportNote({ name, version }: { name: string; version: Importing }) {
  if (version.status === "importing") {
    const { step = "waiting for a worker", bytesDone = 0, bytesTotal = null } = version.progress ?? {};
    return (
      <div className="flex flex-wrap items-center gap-2 text-ink-3 text-xs">
        <Progress
          value={bytesTotal ? bytesDone : null}
          max={bytesTotal ?? 1}
          label={`Import of ${name}`}
          className="w-40"
        />
        <span>
          {step}
          {bytesTotal ? `, ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}` : ""}
        </span>
      </div>
    );
  }
  if (version.status !== "failed" || !version.error) return null;
  return (
    <span className="text-bad text-xs">
      {version.error.message}
      {version.error.hint && <span className="text-ink-3"> {version.error.hint}</span>}
    </span>
  );
}
