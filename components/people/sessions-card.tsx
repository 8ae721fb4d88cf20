"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { failureOf } from "#components/failure.ts";
import { signOutHere } from "#components/people/sign-out-here.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { ErrorState } from "#components/ui/states.tsx";

/** Where this person is signed in, and the way to end one or all of it. */
export function SessionsCard() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const list = useQuery(trpc.people.sessions.queryOptions());
  const end = useMutation(
    trpc.people.endSession.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.people.sessions.pathFilter()),
    }),
  );
  const everywhere = useMutation(trpc.people.signOutEverywhere.mutationOptions({ onSuccess: () => signOutHere() }));
  const count = list.data?.length ?? 0;
  return (
    <Card
      title="Sessions"
      flush
      aside={
        <ConfirmDialog
          trigger={
            <Button size="sm" variant="danger">
              Sign out everywhere
            </Button>
          }
          title="Sign out everywhere?"
          affects={[`${plural(count, "session")}, this one too, cannot do anything from the next click on.`]}
          confirmLabel="Sign out everywhere"
          onConfirm={() => everywhere.mutateAsync()}
        />
      }
    >
      {list.isPending && <SkeletonRows rows={2} />}
      {list.error && <ErrorState message={failureOf(list.error).message} onRetry={() => list.refetch()} />}
      <CardRows>
        {list.data?.map((session) => {
          const device = deviceOf(session.userAgent);
          return (
            <CardRow key={session.id}>
              {device.phone ? (
                <Smartphone aria-hidden className="size-4 shrink-0 text-ink-3" />
              ) : (
                <Monitor aria-hidden className="size-4 shrink-0 text-ink-3" />
              )}
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-1.5 font-medium">
                  {device.name}
                  {session.current && <Chip tone="ok">This session</Chip>}
                </span>
                <span className="text-ink-3 text-xs">
                  Signed in <RelativeTime at={session.createdAt} />, last used <RelativeTime at={session.lastSeenAt} />
                </span>
              </span>
              {!session.current && (
                <Button
                  size="sm"
                  pending={end.isPending && end.variables.sessionId === session.id}
                  onClick={() => end.mutate({ sessionId: session.id })}
                >
                  Sign out
                </Button>
              )}
            </CardRow>
          );
        })}
      </CardRows>
    </Card>
  );
}

const browsers = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;
const systems = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
] as const;

/** "Firefox on Linux" from what the browser said of itself; good enough to know one's own sessions again. */
function deviceOf(userAgent: string | null): { name: string; phone: boolean } {
  const text = userAgent ?? "";
  const browser = browsers.find(([pattern]) => pattern.test(text))?.[1];
  const system = systems.find(([pattern]) => pattern.test(text))?.[1];
  const name =
    browser && system ? `${browser} on ${system}` : (browser ?? system ?? (text.slice(0, 40) || "Unknown browser"));
  return { name, phone: system === "Android" || system === "iOS" };
}
