"use client";
import { useEffect, useRef, useState } from "react";

/** Below this a chart is laid out for a phone: fewer ticks, no axis title at the side, events as a list. */
export const narrowPx = 480;

/** The width of the element in CSS pixels; `undefined` until it is measured. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number>();
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
