import { z } from "zod";

/** Two characters at least: one fits nearly everything. */
export const leastSearchCharacters = 2;

export const Search = z.object({ text: z.string().trim().min(leastSearchCharacters).max(100) });
export type Search = z.infer<typeof Search>;
