"use client";
import { useEffect, useState } from "react";
import type { z } from "zod";

/**
 * A form's unsaved input, kept in this browser under `name` across navigation and reload; `clear` once it is sent.
 * What no longer fits the schema is dropped.
 */
export function useDraft<T>(name: string, schema: z.ZodType<T>, initial: T) {
  const key = `forge.draft.${name}`;
  const [value, setValue] = useState(initial);
  useEffect(() => {
    const stored = read(key);
    const parsed = schema.safeParse(stored);
    if (stored !== undefined && parsed.success) setValue(parsed.data);
  }, [key, schema]);
  return {
    value,
    set: (change: Partial<T>) =>
      setValue((before) => {
        const next = { ...before, ...change };
        sessionStorage.setItem(key, JSON.stringify(next));
        return next;
      }),
    clear: () => {
      sessionStorage.removeItem(key);
      setValue(initial);
    },
  };
}

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
