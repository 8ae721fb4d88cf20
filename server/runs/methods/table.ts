import type { Values } from "#server/runs/methods/field.ts";
import type { Method } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";

/** The training methods there are; the first is taken where none is named. */
export const methods = [sft] as const;

export type RunMethod = (typeof methods)[number];
/** Complete settings of any method. */
export type HyperParameters = Values<RunMethod["fields"]>;

/** The method of a stored run; undefined when this version of the software does not have it. */
export function findMethod(name: string): Method | undefined {
  return methods.find((method) => method.name === name);
}

/** The method that a checked input names; the first one when it names none. */
export function methodNamed(name: RunMethod["name"] = methods[0].name): Method {
  const found = findMethod(name);
  if (!found) throw new Error(`no training method is called ${name}`);
  return found;
}
