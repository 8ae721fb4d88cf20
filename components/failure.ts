export type Failure = {
  message: string;
  /** a code of ours (`CONFLICT`), null when no answer came */
  code: string | null;
  /** the input field it is about */
  field: string | null;
  /** why, where one code has several reasons (`project`: it is not there for this person) */
  reason: string | null;
  /** what to quote when asking for help */
  requestId: string | null;
};

/** What a page or a form says about an error, and beside which field. For a list that did not load see QueryError. */
export function failureOf(error: unknown): Failure {
  const data: unknown = error instanceof Error ? Reflect.get(error, "data") : null;
  const text = (key: string) => {
    const value: unknown = typeof data === "object" && data !== null ? Reflect.get(data, key) : null;
    return typeof value === "string" && value !== "" ? value : null;
  };
  const code = text("code");
  const sentence = error instanceof Error ? error.message : String(error);
  return {
    message: code === null ? "The console did not answer. Check that it is running, then try again." : sentence,
    code,
    field: text("field"),
    reason: text("reason"),
    requestId: text("requestId"),
  };
}
