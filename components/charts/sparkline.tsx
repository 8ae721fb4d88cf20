import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";

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
  const [lo = 0, hi = 0] = extent(values);
  const x = scaleLinear([0, values.length - 1], [0, width]);
  const y = scaleLinear([lo, hi === lo ? lo + 1 : hi], [height - 3, 3]);
  const points = values.map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`);
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
