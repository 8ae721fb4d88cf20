import { z } from "zod";

/** A chat call from the playground; the gateway checks the rest, as it does for everybody. */
export const PlaygroundCall = z.looseObject({
  model: z.string().min(1, "choose a model").max(256),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).min(1, "there is nothing to send"),
});
export type PlaygroundCall = z.infer<typeof PlaygroundCall>;
