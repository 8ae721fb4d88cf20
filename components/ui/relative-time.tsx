"use client";
import { useSyncExternalStore } from "react";
import { cn } from "#components/ui/cn.ts";
import { formatExact, formatRelative } from "#components/ui/format.ts";
import { Tooltip } from "#components/ui/tooltip.tsx";

const tickMs = 10_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = 0;

/** One clock for the whole page: a hundred rows are a hundred listeners, not a hundred timers. */
function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function now() {
  if (nowMs === 0 || Date.now() - nowMs > tickMs) nowMs = Date.now();
  return nowMs;
}

/** Milliseconds since the epoch, refreshed every ten seconds. */
export function useNow() {
  return useSyncExternalStore(subscribe, now, now);
}

/** "12 min ago", with the exact time in the user's zone on hover and focus. */
export function RelativeTime({ at, className }: { at: Date | string | number; className?: string }) {
  const time = new Date(at);
  const current = useNow();
  return (
    <Tooltip content={<ExactTime at={time} />}>
      <time dateTime={time.toISOString()} className={cn("whitespace-nowrap", className)} suppressHydrationWarning>
        {formatRelative(time, new Date(current))}
      </time>
    </Tooltip>
  );
}

function ExactTime({ at }: { at: Date }) {
  return formatExact(at);
}
