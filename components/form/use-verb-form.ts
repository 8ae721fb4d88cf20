"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useRef, useState } from "react";
import {
  type DefaultValues,
  type FieldPath,
  type FieldPathValue,
  type FieldValues,
  get,
  type Resolver,
  useForm,
} from "react-hook-form";
import type { z } from "zod";
import { type Failure, failureOf } from "#components/failure.ts";
import type { DraftOf } from "#components/form/drafts.ts";
import { useDraft } from "#components/form/use-draft.ts";
import "#server/text/schema-messages.rule.ts";

/** Thrown by `send` when the person stopped it, or when it has said itself what went wrong: the form says nothing more. */
export class SendStopped extends Error {}

/** Thrown by `send` for a refusal that did not come from a procedure; the sentence is shown above the button. */
export class SendRefused extends Error {
  readonly data = { code: "REFUSED" };
}

type Asked<Values extends FieldValues, Input, Sent> = {
  /** from what is typed to the verb's input; it ends in the verb's own schema, whose paths name the fields */
  schema: z.ZodType<Input, Values>;
  initial: Values;
  send: (input: Input) => Promise<Sent>;
  onDone?: (sent: Sent, input: Input) => unknown;
  /** what the form holds once it is sent; without it the page is left, and the button stays pending until then */
  next?: (typed: Values) => Values;
  draft?: DraftOf<Values>;
};

/** What components of a form take. */
export type VerbForm<Values extends FieldValues, Input = unknown> = ReturnType<
  typeof useVerbForm<Values, Input, unknown>
>;

/**
 * The one way of a form: react-hook-form, checked by the verb's schema, with errors of browser and server at their
 * fields.
 */
export function useVerbForm<Values extends FieldValues, Input, Sent>({
  schema,
  initial,
  send,
  onDone,
  next,
  draft: kept,
}: Asked<Values, Input, Sent>) {
  const check = zodResolver(schema);
  const fill = useRef((typed: Values) => typed);
  const resolver: Resolver<Values, unknown, Input> = (typed, context, options) =>
    check(fill.current(typed), context, options);
  const form = useForm<Values, unknown, Input>({
    resolver,
    defaultValues: initial as DefaultValues<Values>, // safe because a form begins with all its fields
    mode: kept ? "onChange" : "onSubmit", // a flow says what is wrong while it is typed, a card or a dialog when it is sent
  });
  const draft = useDraft(form, kept ?? null);
  const [refused, setRefused] = useState<{ failure: Failure; isPlaced: boolean } | null>(null);
  const typed = form.watch();
  const { errors, isSubmitting, isSubmitSuccessful, isDirty } = form.formState;

  async function submit(input: Input) {
    setRefused(null);
    const answer = await send(input).then(
      (sent) => ({ sent }),
      (error: unknown) => ({ error }),
    );
    if ("error" in answer) return refuse(answer.error);
    draft.clear();
    await onDone?.(answer.sent, input);
    if (next) form.reset(next(form.getValues()));
  }

  function refuse(error: unknown) {
    if (error instanceof SendStopped) return form.setError("root.server", { type: "stopped" });
    const places = placesOf(error).filter(({ path }) => Object.hasOwn(typed, path.split(".")[0] ?? ""));
    for (const { path, message } of places) {
      const name = path as FieldPath<Values>; // safe because its first part is one of the form's fields
      form.setError(name, { type: "server", message }, { shouldFocus: true });
    }
    if (places.length === 0) form.setError("root.server", { type: "server" });
    setRefused({ failure: failureOf(error), isPlaced: places.length > 0 });
  }

  function read(filled: (typed: Values) => Values = (typed) => typed) {
    fill.current = filled;
    const values = filled(typed);
    const { success, data, error } = schema.safeParse(values);
    return { values, input: success ? data : null, problem: error?.issues[0]?.message };
  }

  return {
    register: form.register,
    reset: form.reset,
    typed,
    /**
     * What is typed, with what stands in fields that nobody has touched; `input` is what would be sent, `problem` the
     * first thing that keeps it from being sent.
     */
    read,
    isDirty,
    pending: isSubmitting || (isSubmitSuccessful && !next),
    /** why the server refused the last try */
    failure: refused?.failure ?? null,
    /** the same, unless it stands at a field */
    unplaced: refused && !refused.isPlaced ? refused.failure.message : undefined,
    draft,
    /** What is wrong with a field, or with a part of it. */
    errorAt: (name: FieldPath<Values>) => firstMessage(get(errors, name)),
    /** For controls that are no native inputs. */
    set<Name extends FieldPath<Values>>(name: Name, value: FieldPathValue<Values, Name>) {
      form.setValue(name, value, { shouldDirty: true, shouldTouch: true, shouldValidate: true });
    },
    submit: form.handleSubmit(submit),
  };
}

/** Where the server says the input is wrong, by paths of the verb's input. */
function placesOf(error: unknown): { path: string; message: string }[] {
  const { field, message } = failureOf(error);
  const data: unknown = error instanceof Error ? Reflect.get(error, "data") : null;
  const issues: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "issues") : null;
  const listed = Array.isArray(issues) ? issues.filter(isPlace) : [];
  return listed.length > 0 ? listed : field ? [{ path: field, message }] : [];
}

function isPlace(issue: unknown): issue is { path: string; message: string } {
  if (typeof issue !== "object" || issue === null) return false;
  return typeof Reflect.get(issue, "path") === "string" && typeof Reflect.get(issue, "message") === "string";
}

function firstMessage(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const message: unknown = Reflect.get(error, "message");
  if (typeof message === "string" && message !== "") return message;
  if (Reflect.has(error, "type")) return undefined; // a leaf, whose `ref` is an element of the page
  for (const part of Object.values(error)) {
    const found = firstMessage(part);
    if (found) return found;
  }
  return undefined;
}
