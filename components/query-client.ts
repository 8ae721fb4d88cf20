import { defaultShouldDehydrateQuery, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";
import { failureOf } from "#components/failure.ts";

const freshForMs = 15_000;
const mostRetries = 2;

type Ends = { onSignedOut: () => void; onShutOut: () => void };

/** React Query for the server's prefetch and the browser alike; `ends`: the session is over, or one is no longer a member. */
export function makeQueryClient(ends?: Ends) {
  const onError = (error: unknown) => {
    const { code, reason } = failureOf(error);
    if (code === "UNAUTHENTICATED") ends?.onSignedOut();
    if (code === "NOT_FOUND" && reason === "project") ends?.onShutOut();
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
