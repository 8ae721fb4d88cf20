import { setTimeout as nextTurn } from "node:timers/promises";
import { cleanup, render } from "@testing-library/react";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { SearchParamsContext } from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import type { ReactNode } from "react";
import { ProjectProvider } from "#components/shell/project-context.tsx";
import { TrpcProvider } from "#components/trpc.tsx";
import type { Pool } from "#db/client.ts";
import type { Role } from "#db/enums.ts";
import { inDatabase } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import type { Caller } from "#server/enter-project.ts";
import { appRouter } from "#server/router.ts";
import type { Storage } from "#server/storage.ts";
import { testProject, testStorage } from "#server/testing.ts";

export type TestPage = {
  ctx: Ctx & { storage: Storage; db: Pool };
  slug: string;
  /** Opens a page as the browser does: what another page had in memory is gone. */
  open: (page: ReactNode, search?: string) => void;
  /** where the pages went */
  visited: string[];
  enqueued: { name: string; payload: unknown }[];
};

/** A project with a person in it, and a browser whose calls reach the real procedures on a database of its own. */
export async function onPage(fn: (page: TestPage) => Promise<void>, { role = "admin" }: { role?: Role } = {}) {
  await inDatabase(async ({ db }) => {
    const { projectId, userId, slug, ctx, enqueued } = await db.transaction((tx) => testProject(tx, { role }));
    const storage = await testStorage();
    const caller: Caller = { kind: "user", userId, sessionId: "ses_of_test", isOwner: false };
    const browserFetch = globalThis.fetch;
    const calls = new Set<Promise<Response>>();
    globalThis.fetch = async (input, init) => {
      const call = fetchRequestHandler({
        endpoint: "/api/trpc",
        req: new Request(new URL(String(input), "http://console.test"), init),
        router: appRouter,
        createContext: () => ({
          db,
          storage,
          enqueue: ctx.enqueue,
          caller,
          projectSlug: slug,
          requestId: "req_of_test",
        }),
      });
      calls.add(call);
      return call;
    };
    const visited: string[] = [];
    const go = (url: string) => void visited.push(url);
    const router = { push: go, replace: go, refresh() {}, back() {}, forward() {}, prefetch() {}, bfcacheId: "1" };
    function open(page: ReactNode, search = "") {
      cleanup();
      render(
        <AppRouterContext value={router}>
          <SearchParamsContext value={new URLSearchParams(search)}>
            <TrpcProvider project={slug}>
              <ProjectProvider project={{ id: projectId, slug, name: slug, role }}>{page}</ProjectProvider>
            </TrpcProvider>
          </SearchParamsContext>
        </AppRouterContext>,
      );
    }
    try {
      await fn({ ctx: { ...ctx, db, storage }, slug, open, visited, enqueued });
    } finally {
      cleanup();
      sessionStorage.clear();
      await nextTurn(); // what was asked in this turn is sent as one batch in the next
      await Promise.allSettled(calls);
      globalThis.fetch = browserFetch;
    }
  });
}
