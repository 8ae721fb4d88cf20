/** A line or array element may have this many bytes. */
export const maxRowBytes = 8 * 2 ** 20;

/** The head is enough to recognise a file that is not JSON at all. */
export const headBytes = 64 * 1024;

/** This many lines at the start without one that is JSON: the file is something else. */
export const linesBeforeGivingUp = 20;

/** A row that a caller gets before it is parsed, or cannot be. `element` counts a JSON array's elements from 1. */
export type Place = { line: number; element: number | null };
