"use client";
import type { SortingState } from "@tanstack/react-table";
import { createParser, useQueryState } from "nuqs";

export type Sort = { by: string; desc: boolean };

const parseAsSort = createParser({
  parse(text: string): Sort | null {
    const [by, direction] = text.split(".");
    return by && (direction === "asc" || direction === "desc") ? { by, desc: direction === "desc" } : null;
  },
  serialize: (sort) => `${sort.by}.${sort.desc ? "desc" : "asc"}`,
  eq: (a, b) => a.by === b.by && a.desc === b.desc,
});

/** The list's order, in the URL as `?sort=name.asc`. Pages that sort on the server pass it on in their query. */
export function useSort(initial: Sort, param = "sort") {
  return useQueryState(param, parseAsSort.withDefault(initial));
}

export function toSorting(sort: Sort | null): SortingState {
  return sort ? [{ id: sort.by, desc: sort.desc }] : [];
}
