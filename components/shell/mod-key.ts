"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** How this keyboard writes the key of shortcuts: "⌘" on Apple's, else "Ctrl". */
export function useModKey(): string {
  return useSyncExternalStore(
    never,
    () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl"),
    () => "Ctrl",
  );
}
