/** By its number, so that it stays whoever comes and goes: v1 slate (the baseline), v2 blue (the candidate), and on. */
export function revisionColor(number: number) {
  const colors = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  return colors[(number - 1) % colors.length] ?? 0;
}
