import type { Failure } from "#components/failure.ts";
import { Banner } from "#components/ui/banner.tsx";
import { sentence } from "#components/ui/format.ts";

/** Above a form whose request was refused: what did not happen, why, and the request to quote. */
export function FailureBanner({ title, failure }: { title: string; failure: Failure | null }) {
  if (!failure) return null;
  const { message, requestId } = failure;
  return (
    <Banner tone="bad" title={title}>
      {sentence(message)}
      {requestId && <span className="text-ink-3"> (request {requestId})</span>}
    </Banner>
  );
}
