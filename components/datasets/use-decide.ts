"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc.tsx";

/** Decide about a version, then look again at everything that shows it. */
export function useDecide() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return useMutation(
    trpc.datasets.decide.mutationOptions({
      onSettled: () => client.invalidateQueries(trpc.datasets.pathFilter()),
    }),
  );
}
