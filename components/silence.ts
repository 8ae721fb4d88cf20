import type { Query, QueryClient } from "@tanstack/react-query";

/** Is it a query of what was deleted? `gone`: the values of its input, an id, or an id and a version's number. */
export function asksFor({ queryKey }: Pick<Query, "queryKey">, gone: readonly unknown[]): boolean {
  const options: unknown = queryKey[1];
  if (gone.length === 0 || typeof options !== "object" || options === null || !("input" in options)) return false;
  const { input } = options;
  if (typeof input !== "object" || input === null) return false;
  const values: unknown[] = Object.values(input);
  return gone.every((value) => values.includes(value));
}

/**
 * Asks no more for what was just deleted while its page still stands there → what forgets it, for when that page is gone.
 * Queries that are switched by their page are left to it.
 */
export function silence(client: QueryClient, gone: readonly unknown[]): () => void {
  const queries = client
    .getQueryCache()
    .findAll({ predicate: (query) => asksFor(query, gone) })
    .filter((query) => query.observers.every((observer) => observer.options.enabled === undefined));
  for (const query of queries) {
    client.setQueryDefaults(query.queryKey, { enabled: false });
    for (const observer of query.observers) observer.setOptions({ ...observer.options, enabled: false });
  }
  return () => {
    for (const { queryKey } of queries) {
      client.setQueryDefaults(queryKey, {});
      client.removeQueries({ queryKey, exact: true });
    }
  };
}
