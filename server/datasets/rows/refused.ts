import type { FileRefusal } from "#server/datasets/shapes/problem.rule.ts";

/** Thrown while a file is read: nothing after this point can be trusted, so the whole file is refused. */
export class RefusedFile extends Error {
  readonly refusal: FileRefusal;

  constructor(refusal: FileRefusal, options: { cause?: unknown } = {}) {
    super(refusal.message, options);
    this.name = "RefusedFile";
    this.refusal = refusal;
  }
}

/** Refuse the file with a code, one sentence and what to do about it. */
export function refuseFile(code: string, message: string, remedy: string, cause?: unknown): never {
  throw new RefusedFile({ code, message, remedy }, { cause });
}
