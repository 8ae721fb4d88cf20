import type { inferRouterOutputs } from "@trpc/server";
import type { LayoutName } from "#server/datasets/shapes/layouts.rule.ts";
import type { AppRouter } from "#server/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["datasets"];
export type DatasetRow = Outputs["list"]["items"][number];
export type DatasetData = Outputs["show"];
export type VersionData = DatasetData["version"];

/** While this holds, a page looks again. */
export function isMoving(status: VersionData["status"]): boolean {
  return status === "importing" || status === "uploading";
}

/** What came in, in words: the layout that was read, or that nobody knows yet. */
const layoutLabels: Readonly<Record<LayoutName, string>> = {
  messages: "messages",
  sharegpt: "ShareGPT",
  alpaca: "Alpaca",
  prompt_completion: "prompt and completion",
  prompt_response: "prompt and response",
  preference: "chosen and rejected",
  sharegpt_preference: "ShareGPT preference",
  openai_preference: "OpenAI preference",
  rejected_response: "messages with a rejected response",
  unpaired: "answers with a label",
  query_response: "query and response",
  input_output: "input and output",
  tokenized: "tokenized data",
  segments: "segments",
  stepwise: "stepwise supervision",
  ranked_answers: "ranked answers",
  prompt_only: "prompts without answers",
  turn: "single turns",
  text: "text",
  mapped: "mapped columns",
};

/** The layout's name for people; one that only an older version recorded is shown as it was. */
export function formatLayout(source: string): string {
  const known: Readonly<Record<string, string>> = layoutLabels;
  return (Object.hasOwn(known, source) && known[source]) || source;
}

/** How a trainer or a program downloads a file of a version. */
export function partUrl(
  slug: string,
  versionId: string,
  part: "source" | "train" | "validation" | "set_aside",
): string {
  return `/api/datasets/${versionId}/${part}?project=${slug}`;
}
