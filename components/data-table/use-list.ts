"use client";
import { useQueryState, useQueryStates } from "nuqs";
import type { inferParserType, ParserMap } from "nuqs/server";
import type { defineList, Sort } from "#components/data-table/define-list.ts";

/** State of a list in the URL: `input` for its query, `table` for its ResourceList, its filters for what else shows them. */
export function useList<const By extends string, Filters extends ParserMap, Input extends object>(
  list: ReturnType<typeof defineList<By, Filters, Input>>,
) {
  const [values, setFilters] = useQueryStates(list.filters);
  const filters = values as inferParserType<Filters>; // safe because both name what these parsers give
  const [sort, setSort] = useQueryState(list.sortKey, list.order);
  return {
    filters,
    setFilters,
    input: { ...list.toInput(filters), sort },
    table: {
      sort,
      onSort: (next: Sort) => void setSort(next as Sort<By>), // safe because only this list's own columns are sortable
      filtered: list.isFiltered(filters),
      onClearFilters: () => void setFilters(null),
    },
  };
}
