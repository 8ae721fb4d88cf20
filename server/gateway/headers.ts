import type { ServerResponse } from "node:http";
import type { Route } from "#server/gateway/contract.ts";
import type { Refusal } from "#server/gateway/wire.ts";

/** The headers of an answer, names and values in turn, handed to Node in one go: ten `setHeader` calls cost more. */
export type Head = string[];

/** Add what tells which deployment, revision and version answer. */
export function nameRoute(head: Head, route: Route): void {
  if (route.deployment) head.push("x-forge-deployment", route.deployment.name);
  if (route.revision) head.push("x-forge-revision", route.revision.id);
  head.push("x-forge-model-version", headerText(route.version.name));
}

/** Names are ASCII since they are checked; one that is not would make Node refuse the whole answer. */
function headerText(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name : encodeURI(name);
}

/** Send a whole JSON body. */
export function sendJson(outgoing: ServerResponse, status: number, head: Head, body: string): void {
  head.push("content-type", "application/json", "content-length", String(Buffer.byteLength(body)));
  outgoing.writeHead(status, head);
  outgoing.end(body);
}

/** Begin an event stream that no proxy on the way may hold back. */
export function openStream(outgoing: ServerResponse, head: Head): void {
  head.push("content-type", "text/event-stream; charset=utf-8", "cache-control", "no-cache", "x-accel-buffering", "no");
  outgoing.writeHead(200, head);
}

/** Send a refusal: as an event where a waiting stream was opened before; else an answer that has begun is broken off. */
export function sendRefusal(outgoing: ServerResponse, head: Head, refusal: Refusal, stream: boolean): void {
  if (outgoing.headersSent && stream && outgoing.writable)
    return void outgoing.end(`data: ${JSON.stringify(refusal.body)}\n\n`);
  if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
  if (refusal.retryAfterSeconds !== null && !head.includes("retry-after"))
    head.push("retry-after", String(refusal.retryAfterSeconds));
  sendJson(outgoing, refusal.status, head, JSON.stringify(refusal.body));
}
