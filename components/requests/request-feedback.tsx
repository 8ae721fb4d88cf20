import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { RequestData } from "#components/requests/data.ts";
import { Chip } from "#components/ui/chip.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";

/** What was sent to /v1/feedback about this answer. */
export function RequestFeedback({ feedback }: { feedback: RequestData["feedback"] }) {
  if (feedback.length === 0)
    return <p className="text-ink-3">None yet. A program sends it to /v1/feedback with this request's id.</p>;
  return (
    <ul className="divide-y rounded-lg border">
      {feedback.map((each) => (
        <li key={each.id} className="grid gap-1 px-3 py-2">
          <span className="flex flex-wrap items-center gap-2">
            {each.accepted === true && (
              <Chip tone="ok" icon={<ThumbsUp aria-hidden />}>
                Accepted
              </Chip>
            )}
            {each.accepted === false && (
              <Chip tone="bad" icon={<ThumbsDown aria-hidden />}>
                Not accepted
              </Chip>
            )}
            {each.score !== null && <span className="tabular-nums">Score {formatNumber(each.score)}</span>}
            <RelativeTime at={each.createdAt} className="ml-auto text-ink-3 text-xs" />
          </span>
          {each.comment && <span>{each.comment}</span>}
          {each.correction && (
            <span className="text-ink-2">
              Should have been: <span className="whitespace-pre-wrap text-ink">{each.correction}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
