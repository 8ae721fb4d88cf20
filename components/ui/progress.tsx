import { cn } from "#components/ui/cn.ts";

const fills = { run: "bg-run", ok: "bg-ok", hold: "bg-hold", bad: "bg-bad", mute: "bg-ink-3" };

/** A bar of 0 to `max`. Without `value` it moves without saying how far: use that only when nobody can know. */
export function Progress({
  value,
  max = 1,
  label,
  tone = "run",
  className,
}: {
  value?: number | null;
  max?: number;
  /** What progresses: "Import of support-tickets". */
  label: string;
  tone?: keyof typeof fills;
  className?: string;
}) {
  const known = value !== undefined && value !== null && max > 0;
  const percent = known ? Math.min(100, Math.max(0, (value / max) * 100)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={known ? Math.round(percent) : undefined}
      className={cn("h-1.5 overflow-hidden rounded-full bg-hover", className)}
    >
      <div
        className={cn("h-full rounded-full transition-[width]", fills[tone], !known && "w-1/3 animate-pulse")}
        style={known ? { width: `${percent}%` } : undefined}
      />
    </div>
  );
}
