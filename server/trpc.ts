import { initTRPC, TRPCError, tracked } from "@trpc/server";
import "#server/text/schema-messages.rule.ts";
import superjson from "superjson";
import { ZodError } from "zod";
import type { Pool } from "#db/client.ts";
import type { Actor, Role } from "#db/enums.ts";
import { access } from "#server/access.rule.ts";
import type { Ctx } from "#server/context.ts";
import { type Caller, enterProject } from "#server/enter-project.ts";
import { DomainError, type ErrorCode } from "#server/errors.ts";
import { refuseUnstorable } from "#server/http/body.ts";
import type { Enqueue } from "#server/jobs/catalog.ts";
import { log } from "#server/log.ts";
import type { Storage } from "#server/storage.ts";

export type TrpcContext = {
  db: Pool;
  enqueue: Enqueue;
  storage: Storage;
  caller: Caller | null;
  /** Who asks by now, for what outlives its request; where it is absent (pages, tests) the caller stands. */
  callerNow?: () => Promise<Caller | null>;
  /** from the URL, sent by the client as x-forge-project; a key always means its own project */
  projectSlug: string | null;
  requestId: string;
};

const toTrpc: Record<ErrorCode, TRPCError["code"]> = {
  INVALID: "BAD_REQUEST",
  UNAUTHENTICATED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  REFUSED: "UNPROCESSABLE_CONTENT",
  TOO_LARGE: "PAYLOAD_TOO_LARGE",
  LIMITED: "TOO_MANY_REQUESTS",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
  NO_ROOM: "SERVICE_UNAVAILABLE",
};

const t = initTRPC.context<TrpcContext>().create({
  transformer: superjson,
  // three missed pings mean a dead line that TCP has not noticed: the browser connects again
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
  errorFormatter: ({ shape, error, ctx }) => {
    const cause = error.cause;
    const field =
      cause instanceof DomainError ? cause.field : cause instanceof ZodError ? cause.issues[0]?.path.join(".") : null;
    const reason = cause instanceof DomainError ? cause.reason : null;
    const message = cause instanceof ZodError ? (cause.issues[0]?.message ?? shape.message) : shape.message;
    const code = cause instanceof DomainError ? cause.code : shape.data.code;
    const issues =
      cause instanceof ZodError ? cause.issues.map((i) => ({ path: i.path.join("."), message: i.message })) : [];
    return {
      ...shape,
      message,
      data: { code, field: field ?? null, reason, issues, requestId: ctx?.requestId ?? null, path: shape.data.path },
    };
  },
});

/** A DomainError as tRPC throws it; anything else as it is. */
export function asTrpcError(error: unknown): unknown {
  return error instanceof DomainError
    ? new TRPCError({ code: toTrpc[error.code], message: error.message, cause: error })
    : error;
}

/** The one error mapper: a DomainError keeps its sentence, anything else is logged and hidden behind the request id. */
const mapErrors = t.middleware(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = result.error.cause;
  if (cause instanceof DomainError) throw asTrpcError(cause);
  if (result.error.code === "INTERNAL_SERVER_ERROR") {
    log.error({ err: cause ?? result.error, path, requestId: ctx.requestId }, "trpc.failed");
    throw new TRPCError({
      code: "INTERNAL_SERVER_ERROR",
      message: `something broke here, not with you (request ${ctx.requestId})`,
      cause,
    });
  }
  return result;
});

/** No input carries a text that Postgres cannot keep, whatever field it stands in. */
const storableInput = t.middleware(async ({ next, getRawInput }) => {
  const input = await getRawInput().catch((cause: unknown) => {
    throw new DomainError("INVALID", "the input cannot be read", { cause });
  });
  refuseUnstorable(input);
  return next();
});

const entry = t.procedure.use(mapErrors).use(storableInput);

/** For the few procedures that need no sign-in; the access table must say `anyone`. */
export const publicProcedure = entry.use(async ({ next, ctx, path }) => {
  if (!Object.hasOwn(access, path) || access[path]?.who !== "anyone")
    throw new DomainError("FORBIDDEN", `${path} is not open to anyone`);
  return next({ ctx: { ...ctx, actor: "system:visitor" as const } });
});

/** For a signed-in person (or this machine's admin key) outside any project. */
export const personProcedure = entry.use(async ({ next, ctx, path }) => {
  const caller = ctx.caller;
  if (!caller || caller.kind === "key") throw new DomainError("UNAUTHENTICATED", "sign in first");
  const who = Object.hasOwn(access, path) ? access[path]?.who : undefined;
  if (who !== "signed-in" && who !== "owner")
    throw new DomainError("FORBIDDEN", `${path} has no entry in the access table`);
  if (who === "owner" && caller.kind === "user" && !caller.isOwner)
    throw new DomainError("FORBIDDEN", "only the owner may do this");
  const actor: Actor = caller.kind === "user" ? `user:${caller.userId}` : "system:local-admin";
  return next({ ctx: { ...ctx, caller, actor } });
});

/** For everything inside a project: finds it by slug, then checks role or scope; a stranger's project is NOT_FOUND. */
export const procedure = entry.use(async ({ next, ctx, path, type }) => {
  const { projectId, slug, role, actor, caller } = await enterProject(ctx, path, { changes: type === "mutation" });
  const { db, enqueue, storage, requestId } = ctx;
  const inProject: Ctx & {
    storage: Storage;
    requestId: string;
    caller: Caller;
    role: Role | null;
    projectSlug: string;
  } = {
    db,
    enqueue,
    storage,
    requestId,
    caller,
    projectId,
    projectSlug: slug,
    role,
    actor,
  };
  return next({ ctx: inProject });
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** The session that asks, null for a key or this machine's admin key. */
export function sessionOf(caller: Caller): string | null {
  return caller.kind === "user" ? caller.sessionId : null;
}

/** A subscription's items as tRPC sends them: the last one with an id is where a browser that connects again goes on. */
export async function* withIds<Item>(items: AsyncIterable<{ id: string | null; item: Item }>) {
  for await (const { id, item } of items) yield id === null ? item : tracked(id, item);
}
