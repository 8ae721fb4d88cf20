import { createLoader, createParser, type inferParserType, type ParserMap, type SearchParams } from "nuqs/server";

export type Sort<By extends string = string> = { by: By; desc: boolean };

/** How every list is paged, in the prefetch and in the page alike. */
export const paged = { getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor };

/**
 * A list's filters and order in the URL and what they ask of the server, said once: the page's prefetch (`read`) and its
 * controls (`useList`) make the same query of the same address, so nothing is asked twice. The order stands as
 * `?sort=name.asc`; an order that the list does not have is ignored.
 */
export function defineList<const By extends string, Filters extends ParserMap, Input extends object>(list: {
  sorts: readonly By[];
  initial: Sort<NoInfer<By>>;
  /** another name where two lists share a page */
  sortKey?: string;
  filters: Filters;
  toInput: (filters: inferParserType<Filters>) => Input;
}) {
  const { sorts, filters, sortKey = "sort" } = list;
  const order = createParser({
    parse(text: string): Sort<By> | null {
      const [name, direction] = text.split(".");
      const by = sorts.find((column) => column === name);
      return by && (direction === "asc" || direction === "desc") ? { by, desc: direction === "desc" } : null;
    },
    serialize: (sort) => `${sort.by}.${sort.desc ? "desc" : "asc"}`,
    eq: (a, b) => a.by === b.by && a.desc === b.desc,
  }).withDefault(list.initial);
  const isSet = (name: string, value: unknown) => {
    const { defaultValue, eq } = filters[name] ?? {}; // nuqs keeps what withDefault was given
    if (value === null || value === undefined) return false;
    return defaultValue === undefined || !(eq?.(value, defaultValue) ?? value === defaultValue);
  };
  return {
    filters,
    sortKey,
    order,
    toInput: list.toInput,
    isFiltered: (values: inferParserType<Filters>) =>
      Object.entries(values).some(([name, value]) => isSet(name, value)),
    /** What the page of this address asks for. */
    async read(searchParams: Promise<SearchParams> | SearchParams) {
      const found = await searchParams;
      const { sort } = createLoader({ sort: order }, { urlKeys: { sort: sortKey } })(found);
      return { ...list.toInput(createLoader(filters)(found)), sort };
    },
  };
}
