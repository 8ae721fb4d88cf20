import { cn } from "#components/ui/cn.ts";

/** A grey stand-in of the right size while something loads; give it the height of what will come. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-hover", className)} />;
}

export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="grid gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical stand-ins
        <Skeleton key={row} className="h-5" />
      ))}
    </div>
  );
}
