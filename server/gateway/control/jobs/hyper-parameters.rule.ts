import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import type { Field, HyperValue } from "#server/runs/methods/field.ts";
import type { Method } from "#server/runs/methods/method.ts";

const mostMultiplier = 1_000;
const auto = z.literal("auto");

type Named = { key: string; field: Field; name: string; multiplier: boolean };

/** The method's fields that OpenAI has a name for. */
function openAiFields({ fields }: Pick<Method, "fields">): Named[] {
  return Object.entries(fields).flatMap(([key, field]) =>
    field.openai ? [{ key, field, name: field.openai.name, multiplier: field.openai.multiplier ?? false }] : [],
  );
}

/** OpenAI's `hyperparameters` for a method: each "auto" or in the bounds of its field; any other is refused by name. */
export function openAiHyperParameters(method: Pick<Method, "fields">) {
  const shape = openAiFields(method).map(({ field, name, multiplier }) => [
    name,
    z.union([auto, multiplier ? z.number().gt(0).max(mostMultiplier) : field.schema]).optional(),
  ]);
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<OpenAiValues>; // safe because fields hold such values
}
export type OpenAiValues = Readonly<Record<string, HyperValue | undefined>>;

/**
 * Ours for what a job asks for; "auto" is left out. `suggested` is only asked when a multiplier is of it.
 * Throws INVALID with OpenAI's name when the product is out of range.
 */
export async function fromOpenAi(
  method: Pick<Method, "fields">,
  asked: OpenAiValues,
  suggested: () => Promise<Readonly<Record<string, HyperValue>>>,
): Promise<Record<string, HyperValue>> {
  const chosen: Record<string, HyperValue> = {};
  for (const { key, field, name, multiplier } of openAiFields(method)) {
    const value = asked[name];
    if (value === undefined || value === "auto") continue;
    const wanted = multiplier ? Number((await suggested())[key]) * Number(value) : value;
    const read = field.schema.safeParse(wanted);
    if (!read.success)
      throw new DomainError("INVALID", `${name}: ${read.error.issues[0]?.message}, not ${wanted}`, { field: name });
    chosen[key] = read.data;
  }
  return chosen;
}

/** What a run was trained with, in OpenAI's names. */
export function toOpenAi(
  method: Pick<Method, "fields">,
  chosen: Readonly<Record<string, HyperValue>>,
  suggested: Readonly<Record<string, HyperValue>>,
): Record<string, HyperValue> {
  const told = openAiFields(method).map(({ key, name, multiplier }) => {
    const value = chosen[key] ?? null;
    return [name, multiplier ? Number((Number(value) / Number(suggested[key])).toPrecision(6)) : value];
  });
  return Object.fromEntries(told);
}
