import { Page } from "#components/ui/page-head.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

/** The page's blocks at their own heights. */
export function HomeSkeleton() {
  return (
    <Page>
      <div role="status" aria-label="Loading" className="grid gap-5">
        <div className="grid gap-2">
          <Skeleton className="h-7 w-40" />
          <Skeleton className="h-5 w-72 max-w-full" />
        </div>
        <Skeleton className="h-22 rounded-lg" />
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
          <Skeleton className="h-80 rounded-lg" />
          <Skeleton className="h-56 rounded-lg" />
        </div>
      </div>
    </Page>
  );
}
