import { z } from "zod";
import { HyperParameters } from "#server/runs/input.ts";

/** The form's word for "no eval by itself". */
export const noSuite = "none";
/** The unsaved form of a new run. */
export const RunDraft = z.object({
  base: z.string(),
  dataset: z.string(),
  name: z.string(),
  modelName: z.string(),
  suite: z.string(),
  hyperParameters: HyperParameters.partial(),
});
export type RunDraft = z.infer<typeof RunDraft>;
export const emptyRun: RunDraft = {
  base: "",
  dataset: "",
  name: "",
  modelName: "",
  suite: noSuite,
  hyperParameters: {},
};
