/** A trend without axes. `label` says it in words, because the picture alone says nothing to a screen reader. */
export function Sparkline({
  values,
  label,
  color = "var(--s1)",
  width = 96,
  height = 24,
}: {
  values: readonly number[];
  label: string;
  color?: string;
  width?: number;
  height?: number;
}) {
  const lo = Math.min(...values);
  const hi = Math.max(...values);
  const points = values.map((value, index) => {
    const x = values.length === 1 ? width / 2 : (index / (values.length - 1)) * width;
    const y = height - 3 - ((value - lo) / (hi - lo || 1)) * (height - 6);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="shrink-0"
    >
      {points.length > 1 && (
        <path d={`M${points.join("L")}`} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" />
      )}
    </svg>
  );
}
