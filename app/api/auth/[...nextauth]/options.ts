import type { AuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { sessionSecret } from "#server/auth.ts";
import { consoleDependencies } from "#server/console.ts";
import { publicUrl } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";
import { networkHeader } from "#server/http/client-network.ts";
import { log } from "#server/log.ts";
import { SignIn } from "#server/people/input.ts";
import { safeCallbackUrl } from "#server/people/next-path.rule.ts";
import { sessionCookie } from "#server/people/session-cookie.rule.ts";
import { endSession, findSession, sessionDays } from "#server/people/sessions.ts";
import { signIn } from "#server/people/sign-in.ts";

const maxAge = sessionDays * 24 * 60 * 60;

/** Made per request, because the settings are read lazily. The sealed token carries nothing but the session's id. */
export function authOptions(): AuthOptions {
  const cookie = sessionCookie(publicUrl());
  return {
    secret: sessionSecret(),
    session: { strategy: "jwt", maxAge },
    useSecureCookies: cookie.options.secure,
    cookies: { sessionToken: cookie },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      CredentialsProvider({
        credentials: { email: { type: "email" }, password: { type: "password" } },
        authorize: async (credentials, request) => {
          const input = SignIn.safeParse(credentials);
          if (!input.success) throw new Error("Type your e-mail and your password.");
          const { "user-agent": userAgent, [networkHeader]: network } = request.headers ?? {};
          return authorize(input.data, { userAgent: textOf(userAgent), network: textOf(network) });
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? { sid: user.id } : { sid: token.sid }),
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url }) => safeCallbackUrl(url, publicUrl()),
    },
    events: { signOut: ({ token }) => endSessionOf(token.sid) },
    logger: {
      error: (code, metadata) => log.error({ code, err: metadata }, "auth.failed"),
      warn: () => {},
      debug: () => {},
    },
  };
}

/** next-auth knows people by the id of the session it is to seal; the message of an error reaches the sign-in form. */
async function authorize(input: SignIn, from: { userAgent: string | null; network: string | null }) {
  const ctx = { ...consoleDependencies(), actor: "system:sign-in" as const };
  try {
    const session = await signIn(ctx, { ...input, ...from });
    return { id: session.sessionId };
  } catch (error) {
    if (error instanceof DomainError) throw new Error(error.message);
    log.error({ err: error }, "people.sign_in_failed");
    throw new Error("Something went wrong on our side. Try again in a moment.");
  }
}

function textOf(header: unknown) {
  return typeof header === "string" ? header : null;
}

async function endSessionOf(sessionId: unknown) {
  if (typeof sessionId !== "string") return;
  const { db, enqueue } = consoleDependencies();
  const session = await findSession({ db }, sessionId);
  if (session) await endSession({ db, enqueue, actor: `user:${session.userId}` }, { sessionId });
}
