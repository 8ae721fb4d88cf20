import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Time for the caller to read the answer before the connection is cut under what they still send. */
const lingerMs = 1_000;

/**
 * Bound what is read of a body that the answer does not wait for: Node would swallow the rest of it, however long.
 * Such an answer says `connection: close`; then nothing more is read, and the connection is cut. Every server of ours
 * calls this first for each request.
 */
export function cutUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { writeHead } = outgoing;
  outgoing.writeHead = (status: number, ...rest: unknown[]) => {
    if (!incoming.complete && outgoing.socket) closeAfterAnswer(incoming, outgoing, outgoing.socket);
    return Reflect.apply(writeHead, outgoing, [status, ...rest]);
  };
}

function closeAfterAnswer(incoming: IncomingMessage, outgoing: ServerResponse, socket: Socket) {
  outgoing.shouldKeepAlive = false;
  // before Node's own listener, which else decides to read on to the end
  outgoing.prependOnceListener("finish", () => {
    incoming.pause();
    incoming.read(); // the body counts as taken care of
  });
  // Node closes at once; with bytes unread that is a reset, which takes the answer away from its reader.
  socket.destroySoon = () => {
    socket.end();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };
}
