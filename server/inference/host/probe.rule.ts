import { z } from "zod";

/** Below this margin between the two best tokens (nats), batching and F16 may flip the choice. */
const tieNats = 0.1;
const enoughTokens = 8;
/** An adapter that moves no log-probability by this much does nothing. */
const sameNats = 0.001;

const Greedy = z.object({ tokens: z.array(z.number().int()), margins: z.array(z.number()), text: z.string() });

/**
 * `probe.json`: what the trainer's own forward pass said right after training, greedily, with and without the adapter.
 * Its limits are those of a run's `probe` settings.
 */
export const Probe = z.object({
  v: z.number().int(),
  maxTokens: z.number().int().min(1).max(1024),
  prompts: z
    .array(
      z.object({
        /** null for a prompt of plain text: then `promptText` is all there is */
        messages: z.array(z.object({ role: z.string(), content: z.string() })).nullable(),
        promptText: z.string(),
        promptTokenIds: z.array(z.number().int()),
        adapted: Greedy,
        base: Greedy,
      }),
    )
    .max(64),
});
export type Probe = z.infer<typeof Probe>;

/** What the engine itself said to one prompt of the record. */
export type Observed = {
  promptTokenIds: readonly number[];
  adapted: readonly number[];
  base: readonly number[];
  /** log-probability of the base's first token, with and without the adapter */
  firstLogprob: { adapted: number; base: number };
};

export type ProbeReport = {
  accepted: boolean;
  /** why not; null when accepted */
  reason: string | null;
  prompts: number;
  /** tokens that agreed with the trainer's record, over all prompts */
  agreedTokens: number;
  /** prompts whose agreement is long enough to prove something */
  conclusive: number;
  /** how the adapter shows: other tokens, other probabilities only, or not at all */
  effect: "tokens" | "probabilities" | "none";
};

/**
 * Does the engine serve what was trained? Its prompt tokens must equal the trainer's; its greedy tokens must agree
 * with the record up to the first near-tie, for at least 8 tokens or to the end on one prompt or more; and the
 * adapter must change what the base says. A record without prompts (none fitted the model's window, or the host's) leaves only that:
 * then `observed` holds what the host asked by itself.
 */
export function judgeProbe(probe: Probe, observed: readonly Observed[]): ProbeReport {
  let agreedTokens = 0;
  let conclusive = 0;
  let reason: string | null = null;
  probe.prompts.forEach((prompt, i) => {
    const seen = observed[i];
    if (!seen) return;
    const rendered = commonLength(prompt.promptTokenIds, seen.promptTokenIds);
    if (rendered < Math.max(prompt.promptTokenIds.length, seen.promptTokenIds.length)) {
      reason ??= `prompt ${i + 1} is rendered differently here than in training, from token ${rendered + 1} on`;
    }
    const { tokens, margins } = prompt.adapted;
    const agreed = commonLength(tokens, seen.adapted);
    const tie = margins.findIndex((margin) => margin < tieNats);
    const sure = Math.min(tie < 0 ? tokens.length : tie, tokens.length);
    agreedTokens += agreed;
    if (agreed < sure) {
      reason ??= `prompt ${i + 1}: token ${agreed + 1} differs from the trainer's record, which was sure of it`;
    }
    if (agreed >= Math.min(enoughTokens, tokens.length)) conclusive += 1;
  });
  const effect = effectOf(observed);
  if (effect === "none") reason ??= "the adapter changes nothing: its answers equal the base's";
  if (conclusive === 0 && probe.prompts.length > 0)
    reason ??= "the trainer's record is too uncertain to prove anything: every prompt is a near-tie";
  return { accepted: reason === null, reason, prompts: probe.prompts.length, agreedTokens, conclusive, effect };
}

function effectOf(observed: readonly Observed[]) {
  const otherTokens = observed.some(({ adapted, base }) => !same(adapted, base));
  if (otherTokens) return "tokens";
  const moved = observed.some(({ firstLogprob }) => Math.abs(firstLogprob.adapted - firstLogprob.base) > sameNats);
  return moved ? "probabilities" : "none";
}

function same(a: readonly number[], b: readonly number[]) {
  return a.length === b.length && commonLength(a, b) === a.length;
}

function commonLength(a: readonly number[], b: readonly number[]) {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a[i] !== b[i]) return i;
  return end;
}
