import { z } from "zod";
import { Count, searchText } from "#server/input.ts";
import { topicShape } from "#server/ops/live/topics.rule.ts";

/** One letter of ASCII fits nearly everything; one character of another script can be a whole word. */
export function isSearchable(text: string): boolean {
  return text.length > 1 || /\P{ASCII}/u.test(text);
}

export const Search = z.object({ text: searchText(100).refine(isSearchable, "type at least two characters") });
export type Search = z.infer<typeof Search>;

const mostTopics = 20;
const placeCharacters = 60;

/** Topics (`run:ID`, `project:ID`) with the last seq seen of each; null: from now on. `lastEventId` comes from the browser's own reconnect. */
export const FollowLive = z.object({
  topics: z
    .record(z.string(), Count.nullable())
    .refine((topics) => Object.keys(topics).every((topic) => topicShape.test(topic)), "a topic is run:ID or project:ID")
    .refine((topics) => Object.keys(topics).length > 0 && Object.keys(topics).length <= mostTopics, {
      message: `name 1 to ${mostTopics} topics`,
    }),
  lastEventId: z
    .string()
    .max(mostTopics * placeCharacters)
    .optional(),
});
export type FollowLive = z.infer<typeof FollowLive>;
