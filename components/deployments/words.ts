import { formatNumber, plural } from "#components/ui/format.ts";

/** A server's sentence as the first of a paragraph. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** "3.2 requests per minute", and below one a minute what was counted: "7 requests per hour". */
export function requestRate(requests: number, minutes: number): string {
  const perMinute = requests / minutes;
  if (perMinute < 1) return `${plural(Math.round(perMinute * 60), "request")} per hour`;
  return `${formatNumber(perMinute, perMinute < 10 ? 1 : 0)} requests per minute`;
}
