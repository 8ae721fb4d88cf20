"use client";
import { useQuery } from "@tanstack/react-query";
import type { Call } from "#components/snippets.ts";
import { useTRPC } from "#components/trpc.tsx";

const hello: Call["messages"] = [{ role: "user", content: "Hello" }];

/**
 * The call of a snippet with a question that the model was made for, asked as it was evaluated (temperature 0): a tuned
 * model called with "Hello" and without its system turn answers rubbish.
 */
export function useExampleCall(call: Pick<Call, "baseUrl" | "key" | "model">): Call {
  const trpc = useTRPC();
  const example = useQuery(trpc.routing.example.queryOptions({ name: call.model }, { retry: false }));
  const messages = example.data?.messages.flatMap((turn) =>
    turn.role === "system" || turn.role === "user" || turn.role === "assistant"
      ? [{ role: turn.role, content: turn.content }]
      : [],
  );
  return messages?.length ? { ...call, messages, options: { temperature: 0 } } : { ...call, messages: hello };
}
