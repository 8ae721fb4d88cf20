import { parseAsString, parseAsStringLiteral } from "nuqs/server";

export const keyShows = ["live", "ended", "all"] as const;

/** The keys page's part of the URL, read by the server's prefetch and the page alike. `?new` opens the dialog. */
export const keyFilters = {
  q: parseAsString.withDefault(""),
  show: parseAsStringLiteral(keyShows).withDefault("live"),
  new: parseAsString,
};
