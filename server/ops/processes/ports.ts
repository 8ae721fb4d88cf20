import { createServer } from "node:net";

/** The wanted port when nobody has it on this address, else one that the system picks. */
export async function portOrFree(wanted: number, host: string): Promise<number> {
  return (await tryListen(wanted, host)) ?? (await tryListen(0, host)) ?? wanted;
}

function tryListen(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const got = address && typeof address === "object" ? address.port : null;
      server.close(() => resolve(got));
    });
  });
}
