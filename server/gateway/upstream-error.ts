/** We ended the call ourselves: the caller went away, or the reply was of no use. */
export class CallAborted extends Error {}

/** A host could not be reached, broke the connection, or fell silent. */
export class UpstreamError extends Error {
  readonly kind: "unreachable" | "broken" | "timeout";

  constructor(kind: UpstreamError["kind"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.kind = kind;
  }
}
