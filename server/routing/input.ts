import { z } from "zod";
import { Pick } from "#server/input.ts";

/** A callable name: a deployment, `triage`, `triage/3`, `triage@champion` or a fine-tuned name. */
export const ExampleOf = z.object({ name: z.string().trim().min(1).max(256) });
export type ExampleOf = z.infer<typeof ExampleOf>;

/** `limit` of each kind of name. */
export const ListCallable = z.object({ search: Pick.shape.search, limit: z.int().min(1).max(50).default(20) });
export type ListCallable = z.input<typeof ListCallable>;
