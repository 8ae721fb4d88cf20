"use client";
import { type MouseEvent, useRef } from "react";

/** React Query tells of a mutation some milliseconds after the click that began it. */
const toldAfterMs = 20;

/** Does this click count? Of a double click, and of clicks that come before `pending` has been told, only the first does. */
export function useClickOnce() {
  const begun = useRef(false);
  return (event: MouseEvent): boolean => {
    if (begun.current || event.detail > 1) return false;
    begun.current = true;
    setTimeout(() => {
      begun.current = false;
    }, toldAfterMs);
    return true;
  };
}
