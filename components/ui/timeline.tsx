import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";

export type TimelineItem = {
  id: string;
  /** `next` is what has not happened yet. */
  state: "ok" | "run" | "hold" | "bad" | "next" | "plain";
  title: ReactNode;
  detail?: ReactNode;
};

const dots: Record<TimelineItem["state"], string> = {
  ok: "border-ok bg-ok",
  run: "border-run bg-panel",
  hold: "border-hold bg-hold",
  bad: "border-bad bg-bad",
  plain: "border-ink-3 bg-ink-3",
  next: "border-line-strong bg-panel",
};
const words: Record<TimelineItem["state"], string> = {
  ok: "Done: ",
  run: "Now: ",
  hold: "On hold: ",
  bad: "Failed: ",
  plain: "",
  next: "Next: ",
};

/** What happened, in order, down a line. Also the lineage list of a side column. */
export function Timeline({ items }: { items: readonly TimelineItem[] }) {
  return (
    <ol>
      {items.map((item, index) => (
        <li key={item.id} className="relative grid grid-cols-[0.875rem_minmax(0,1fr)] gap-x-2.5">
          {index < items.length - 1 && (
            <span aria-hidden className="absolute top-5 bottom-[-3px] left-1.5 w-0.5 bg-line" />
          )}
          <span aria-hidden className={cn("m-0.5 mt-1.25 size-2.5 rounded-full border-2", dots[item.state])} />
          <div className={cn("min-w-0", index < items.length - 1 && "pb-3.5")}>
            <span className="sr-only">{words[item.state]}</span>
            <div className={cn("font-medium", item.state === "next" && "font-normal text-ink-3")}>{item.title}</div>
            {item.detail && <div className="text-ink-3 text-xs">{item.detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
