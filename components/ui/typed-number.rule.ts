/** What a typed text means on a scale: inside it, on its steps; null while it is no number yet. A comma is a point. */
export function typedNumber(text: string, { min, max, step }: { min: number; max: number; step: number }) {
  const number = Number(text.trim().replace(",", "."));
  if (text.trim() === "" || Number.isNaN(number)) return null;
  const stepped = min + Math.round((Math.min(max, Math.max(min, number)) - min) / step) * step;
  return Number(Math.min(max, stepped).toFixed(6));
}
