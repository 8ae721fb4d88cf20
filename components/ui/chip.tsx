import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { type Status, statusVariant, type Tone } from "#components/ui/status.ts";

const tones: Record<Tone, string> = {
  mute: "bg-mute-soft text-mute",
  run: "bg-run-soft text-run",
  ok: "bg-ok-soft text-ok",
  hold: "bg-hold-soft text-hold",
  bad: "bg-bad-soft text-bad",
  ask: "bg-ask-soft text-ask",
  plain: "border border-line-strong text-ink-2",
};

/** A word with an icon on a soft ground. For a status of ours use StatusChip, which knows word and colour. */
export function Chip({
  tone = "mute",
  icon,
  children,
  className,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cn(
        "inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-full px-1.75 align-middle font-medium text-xs [&_svg]:size-3 [&_svg]:shrink-0 [&_svg]:stroke-[2.25]",
        icon ? "pl-1.25" : "",
        tones[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  );
}

/** The chip of a status: icon, word and colour from the one table. `children` replaces the word ("Canary 25 %"). */
export function StatusChip({
  status,
  children,
  className,
}: {
  status: Status;
  children?: ReactNode;
  className?: string;
}) {
  const { word, tone, icon: Icon, moves } = statusVariant(status);
  return (
    <Chip tone={tone} icon={<Icon aria-hidden className={moves ? "animate-spin" : undefined} />} className={className}>
      {children ?? word}
    </Chip>
  );
}
