"use client";
import { type SeriesColor, seriesColor } from "#components/charts/chart-types.ts";
import { cn } from "#components/ui/cn.ts";

export type LegendEntry = { id: string; label: string; color?: SeriesColor | undefined; dashed?: boolean | undefined };

/** Click isolates a series; click again shows all. A single series needs no legend but keeps its key. */
export function Legend({
  entries,
  isolated,
  onIsolate,
}: {
  entries: readonly LegendEntry[];
  isolated: string | undefined;
  onIsolate: (id: string | undefined) => void;
}) {
  if (entries.length < 2) return null;
  return (
    <ul className="flex flex-wrap gap-x-3.5 gap-y-1 text-ink-2 text-xs">
      {entries.map((entry, index) => {
        const color = seriesColor(entry, index);
        return (
          <li key={entry.id}>
            <button
              type="button"
              aria-pressed={isolated === entry.id}
              title={isolated === entry.id ? "Show all" : `Show only ${entry.label}`}
              onClick={() => onIsolate(isolated === entry.id ? undefined : entry.id)}
              className={cn(
                "flex items-center gap-1.5 rounded-sm hover:text-ink",
                isolated !== undefined && isolated !== entry.id && "opacity-45",
              )}
            >
              <span
                aria-hidden
                className={cn("size-2.5 rounded-[3px]", entry.dashed && "border-2 border-dashed")}
                style={entry.dashed ? { borderColor: color } : { background: color }}
              />
              {entry.label}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
