import { defaultShouldDehydrateQuery, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";
import { failureOf } from "#components/failure.ts";

const freshForMs = 15_000;
const mostRetries = 2;

/** React Query for the server's prefetch and the browser alike; `onSignedOut` is called when the session is over. */
export function makeQueryClient(onSignedOut?: () => void) {
  const onError = (error: unknown) => {
    if (failureOf(error).code === "UNAUTHENTICATED") onSignedOut?.();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: freshForMs,
        // What the caller caused stays wrong however often it is asked; a network that dropped may come back.
        retry: (failures, error) => failureOf(error).code === null && failures < mostRetries,
      },
      dehydrate: {
        serializeData: superjson.serialize,
        shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === "pending",
      },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
}
