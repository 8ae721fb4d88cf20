import { z } from "zod";

/** What a host stored about an accepted adapter; its own judgement is in inference/host/probe.rule.ts. */
export const ProbeReport = z.object({
  accepted: z.boolean(),
  prompts: z.number(),
  agreedTokens: z.number(),
  conclusive: z.number(),
  effect: z.enum(["tokens", "probabilities", "none"]),
});
type ProbeReport = z.infer<typeof ProbeReport>;

/** What a load proved of an adapter, in words; `proved` only when tokens were really compared with the trainer's. */
export function formatProof(report: ProbeReport | null): { proved: boolean; words: string } {
  if (!report) return { proved: false, words: "not proved: the trainer recorded no sample" };
  const effect =
    report.effect === "tokens" ? "answers differ from the base" : "only the probabilities differ from the base";
  if (report.agreedTokens > 0)
    return { proved: true, words: `proved: ${report.agreedTokens} tokens as in training, ${effect}` };
  const why =
    report.prompts === 0 ? "the trainer's record has no prompt" : "the trainer's record has no token to compare with";
  return { proved: false, words: `not proved: ${why}; ${effect}` };
}
