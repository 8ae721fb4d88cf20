"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useEffect, useState } from "react";
import superjson from "superjson";
import { config } from "zod";
import { lastProjectCookie } from "#components/last-project.ts";
import { goToSignIn } from "#components/people/go-to-sign-in.tsx";
import { makeQueryClient } from "#components/query-client.ts";
import type { AppRouter } from "#server/router.ts";

// zod tries whether it may compile its checks with eval; the content security policy forbids it and would report each try
if (typeof window !== "undefined") config({ jitless: true });

const mostUrlCharacters = 4_000;
const yearSeconds = 31_536_000;

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** A full load: the server says what this person may still see here, and nothing of the project stays on the page. */
function seeWhatIsLeft() {
  window.location.reload();
}

/** Typed queries for everything below; `project` is the slug in the URL, null outside any project. Another project starts with an empty cache. */
export function TrpcProvider({ project, children }: { project: string | null; children: ReactNode }) {
  return (
    <ProjectClients key={project ?? ""} project={project}>
      {children}
    </ProjectClients>
  );
}

function ProjectClients({ project, children }: { project: string | null; children: ReactNode }) {
  const [queryClient] = useState(() => makeQueryClient({ onSignedOut: goToSignIn, onShutOut: seeWhatIsLeft }));
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: "/api/trpc",
          transformer: superjson,
          maxURLLength: mostUrlCharacters,
          headers: project ? { "x-forge-project": project } : {},
        }),
      ],
    }),
  );
  useEffect(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there over plain http
    if (project) document.cookie = `${lastProjectCookie}=${project}; path=/; max-age=${yearSeconds}; samesite=lax`;
  }, [project]);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
