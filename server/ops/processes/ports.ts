import { createServer } from "node:net";
import type { MovedPort } from "#server/ops/processes/registry.ts";

type Ports = { console: number; api: number; host: number };

/** The wanted port when nobody has it on this address, else one that the system picks. */
export async function portOrFree(wanted: number, host: string): Promise<number> {
  return (await tryListen(wanted, host)) ?? (await tryListen(0, host)) ?? wanted;
}

const wantedBy = {
  console: { of: "the console", setting: "FORGE_PORT" },
  api: { of: "the API", setting: "FORGE_API_PORT" },
  host: { of: "the inference host", setting: "FORGE_HOST_PORT" },
} as const;

/** Which of the wanted ports another program has; 0 asks for any and is none. */
export function movedPorts(wanted: Ports, got: Ports): MovedPort[] {
  return (["console", "api", "host"] as const)
    .filter((name) => wanted[name] !== 0 && wanted[name] !== got[name])
    .map((name) => ({ ...wantedBy[name], wanted: wanted[name], got: got[name] }));
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
