/** Why a training, a conversion or an import ended, as a person reads it: what happened, and what to do. */
export type Failure = { code: string; message: string; hint: string | null };

/** A failure with a name and a remedy; anything else that is thrown is ours to fix. */
export class TrainerFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options: { cause?: unknown } = {}) {
    super(failure.message, options);
    this.name = "TrainerFailure";
    this.failure = failure;
  }
}
