"use client";
import type { SortingState } from "@tanstack/react-table";
import { createParser, useQueryState } from "nuqs";

export type Sort<By extends string = string> = { by: By; desc: boolean };

/** The list's order, in the URL as `?sort=name.asc`; an order that this list does not have is ignored. */
export function useSort<By extends string>(columns: readonly By[], initial: Sort<NoInfer<By>>, param = "sort") {
  const parser = createParser({
    parse(text: string): Sort<By> | null {
      const [name, direction] = text.split(".");
      const by = columns.find((column) => column === name);
      return by && (direction === "asc" || direction === "desc") ? { by, desc: direction === "desc" } : null;
    },
    serialize: (sort) => `${sort.by}.${sort.desc ? "desc" : "asc"}`,
    eq: (a, b) => a.by === b.by && a.desc === b.desc,
  });
  const [sort, setSort] = useQueryState(param, parser.withDefault(initial));
  return [sort, (next: Sort) => void setSort(next as Sort<By>)] as const; // safe because only this list's own columns are sortable
}

export function toSorting(sort: Sort | null): SortingState {
  return sort ? [{ id: sort.by, desc: sort.desc }] : [];
}
