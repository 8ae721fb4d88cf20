import { NextRequest } from "next/server.js";
import NextAuth from "next-auth";
import { z } from "zod";
import { publicUrl } from "#server/env.ts";
import { parseJson, readText } from "#server/http/body.ts";
import { answerErrors, formBytes } from "#server/in-project.ts";
import { safeCallbackUrl } from "#server/people/next-path.rule.ts";
import { authOptions } from "./options.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

function handler(request: NextRequest, context: Context): Promise<Response> {
  return answerErrors(request, async () => NextAuth(await checked(request), context, authOptions()));
}

export { handler as GET, handler as POST };

const Form = z.record(z.string(), z.string("every field of a sign-in is a text"));

/**
 * The request as next-auth may have it, which answers 500 to what it does not expect: a bounded form of texts, and a
 * `callbackUrl` that is an address of this console. Throws INVALID, TOO_LARGE.
 */
async function checked(request: NextRequest): Promise<NextRequest> {
  const url = new URL(request.url);
  const wanted = url.searchParams.get("callbackUrl");
  if (wanted !== null) url.searchParams.set("callbackUrl", safeCallbackUrl(wanted, publicUrl()));
  const headers = new Headers(request.headers);
  if (request.method !== "POST") return new NextRequest(url, { headers });
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  const text = await readText(request, formBytes);
  const isJson = headers.get("content-type")?.includes("application/json");
  const body = isJson ? JSON.stringify(Form.parse(parseJson(text))) : text;
  return new NextRequest(url, { method: "POST", headers, body });
}
