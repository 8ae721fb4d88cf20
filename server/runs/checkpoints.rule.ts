type Saved = { step: number; bytes: number; at: Date };
export type Checkpoint = Saved & {
  /** of the evaluation at that step; null: none ran there */
  validationLoss: number | null;
  /** the lowest validation loss of all, the earliest of equals */
  best: boolean;
};

/** A run's checkpoints by step, each as it was saved last, with what validation said there. */
export function checkpointsOf(
  saved: readonly Saved[],
  validation: readonly { step: number; loss: number }[],
): Checkpoint[] {
  const losses = new Map(validation.map(({ step, loss }) => [step, loss]));
  const bySteps = [...new Map(saved.map((one) => [one.step, one])).values()].sort((a, b) => a.step - b.step);
  const best = bySteps.reduce<number | null>((least, { step }) => {
    const loss = losses.get(step);
    if (loss === undefined) return least;
    return least === null || loss < (losses.get(least) ?? loss) ? step : least;
  }, null);
  return bySteps.map((one) => ({
    ...one,
    validationLoss: losses.get(one.step) ?? null,
    best: one.step === best,
  }));
}
