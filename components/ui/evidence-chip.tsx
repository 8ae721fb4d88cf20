import { cn } from "#components/ui/cn.ts";
import { Tooltip } from "#components/ui/tooltip.tsx";

export type Evidence = "measured" | "public" | "estimated" | "missing";

const looks: Record<Evidence, { word: string; className: string }> = {
  measured: { word: "measured", className: "bg-hover text-ink-2" },
  public: { word: "public", className: "border border-line-strong text-ink-3" },
  estimated: { word: "estimated", className: "hatch-hold text-ink-2" },
  missing: { word: "not measured", className: "border border-dashed border-line-strong text-ink-3" },
};

/** How a number is known. Stands beside every number a decision rests on; `source` says where it came from. */
export function EvidenceChip({ kind, source, className }: { kind: Evidence; source?: string; className?: string }) {
  const { word, className: look } = looks[kind];
  const classes = cn(
    "inline-block whitespace-nowrap rounded-sm px-1.25 align-baseline font-medium text-2xs/[0.9375rem]",
    look,
    className,
  );
  if (!source) return <span className={classes}>{word}</span>;
  return (
    <Tooltip content={source}>
      <button type="button" className={classes}>
        {word}
      </button>
    </Tooltip>
  );
}
