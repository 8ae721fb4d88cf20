import { InvalidArgumentError } from "commander";

/** A whole number of at least one, for options like `--limit`. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("give a whole number from 1 on.");
  return Number(text);
}
