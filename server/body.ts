/** The same request with a body of at most `mostBytes`; null when it announces more. One that grows beyond fails while it is read. */
export function limitBody(request: Request, mostBytes: number): Request | null {
  if (Number(request.headers.get("content-length") ?? 0) > mostBytes) return null;
  if (!request.body) return request;
  let bytes = 0;
  const guard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) controller.error(new Error(`a body of more than ${mostBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const { method, headers, signal, url } = request;
  const init = { method, headers, signal, body: request.body.pipeThrough(guard), duplex: "half" as const };
  return new Request(url, init);
}
