/** Every way a request can fail by its caller's or the world's doing. */
export const errorCodes = {
  INVALID: { http: 400, exit: 1 },
  UNAUTHENTICATED: { http: 401, exit: 4 },
  FORBIDDEN: { http: 403, exit: 4 },
  NOT_FOUND: { http: 404, exit: 1 },
  CONFLICT: { http: 409, exit: 5 },
  REFUSED: { http: 422, exit: 5 },
  TOO_LARGE: { http: 413, exit: 1 },
  LIMITED: { http: 429, exit: 1 },
  UNAVAILABLE: { http: 503, exit: 3 },
  NO_ROOM: { http: 507, exit: 1 },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Something a user can cause or must know: a code and one sentence that names the place and the remedy. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  /** the input field or header it is about, when there is one */
  readonly field: string | null;
  /** machine-readable detail for a transport, e.g. an OpenAI `code` */
  readonly reason: string | null;

  constructor(code: ErrorCode, message: string, options: { field?: string; reason?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.field = options.field ?? null;
    this.reason = options.reason ?? null;
  }
}
