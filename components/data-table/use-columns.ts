"use client";
import type { ColumnVisibilityState } from "@tanstack/react-table";
import { useEffect, useState } from "react";
import type { Column } from "#components/data-table/columns.ts";

/** Which columns are shown; remembered in this browser under `key`. */
export function useColumns<Row>(columns: readonly Column<Row>[], key: string | undefined) {
  const [chosen, setChosen] = useState<ColumnVisibilityState>({});
  useEffect(() => {
    if (key) setChosen(readChoice(key));
  }, [key]);

  function choose(next: ColumnVisibilityState) {
    setChosen(next);
    if (key) writeChoice(key, next);
  }

  const visibility: ColumnVisibilityState = Object.fromEntries(
    columns.map((column) => [column.id, chosen[column.id] ?? !column.optional]),
  );
  return { visibility, choose };
}

function readChoice(key: string): ColumnVisibilityState {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`forge.columns.${key}`) ?? "{}");
    if (typeof stored !== "object" || stored === null) return {};
    return Object.fromEntries(Object.entries(stored).filter(([, shown]) => typeof shown === "boolean"));
  } catch {
    return {};
  }
}

function writeChoice(key: string, choice: ColumnVisibilityState) {
  try {
    localStorage.setItem(`forge.columns.${key}`, JSON.stringify(choice));
  } catch {
    // A browser that stores nothing still shows the choice until the next reload.
  }
}
