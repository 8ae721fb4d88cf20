/** What one base may take on this host; all its contexts together stay within `kvBudgetBytes`. */
export type ContextLimits = {
  maxContext: number;
  maxSequences: number;
  /** where caches are so small that all fit in half of the budget: whoever comes then finds a place at once */
  mostSequences: number;
  maxContexts: number;
  kvBudgetBytes: number;
};

export type ContextCut = {
  /** tokens of one conversation */
  contextLength: number;
  /** parallel conversations of one context */
  sequences: number;
  /** contexts held at once: the base's and those of the adapters used last */
  contexts: number;
  /** what the caches of all contexts take when every one is open */
  kvBytes: number;
};

/**
 * Cut a base's KV budget into contexts. The length of a conversation comes first, then parallel conversations in up
 * to half of the budget, so that base and adapter need not take turns, then as many contexts as the rest allows.
 * What is over after that goes to more parallel conversations.
 * A file that does not say what a token costs gets all that the limits allow.
 */
export function cutContexts(
  base: { contextLength: number | null; kvBytesPerToken: number | null },
  limits: ContextLimits,
): ContextCut {
  const { maxContext, maxSequences, mostSequences, maxContexts, kvBudgetBytes } = limits;
  const perToken = base.kvBytesPerToken ?? 0;
  const affordable = (bytes: number, each: number) => (each > 0 ? Math.floor(bytes / each) : Number.MAX_SAFE_INTEGER);
  const longest = Math.min(base.contextLength ?? maxContext, maxContext, affordable(kvBudgetBytes, perToken));
  const contextLength = Math.max(8, longest);
  const conversation = perToken * contextLength;
  const share = kvBudgetBytes / Math.min(2, maxContexts);
  const few = Math.max(1, Math.min(maxSequences, affordable(share, conversation)));
  const contexts = Math.max(1, Math.min(maxContexts, affordable(kvBudgetBytes, conversation * few)));
  const many = Math.min(mostSequences, affordable(kvBudgetBytes / 2, conversation * contexts));
  const sequences = Math.max(few, many);
  return { contextLength, sequences, contexts, kvBytes: conversation * sequences * contexts };
}
