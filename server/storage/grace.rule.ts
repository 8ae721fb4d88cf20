/** Bytes that nothing names stay this long: whoever is just storing them has not recorded them yet. */
export const graceMs = 3_600_000;
