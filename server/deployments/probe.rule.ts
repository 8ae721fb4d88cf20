import { z } from "zod";

/** What a host stored about an accepted adapter; its own judgement is in inference/host/probe.rule.ts. */
export const ProbeReport = z.object({
  accepted: z.boolean(),
  prompts: z.number(),
  agreedTokens: z.number(),
  conclusive: z.number(),
  effect: z.enum(["tokens", "probabilities", "none"]),
});
