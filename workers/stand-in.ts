import { createServer } from "node:http";

// Answers for a door that keeps crashing (listener.ts starts it): 503 until the door is back. Ends with its supervisor.

const retryAfterSeconds = 5;
const name = process.argv[2] ?? "process";
const message = `the ${name} does not start at the moment: try again in ${retryAfterSeconds} s (on its machine: ./forge logs)`;
const body = JSON.stringify({ error: { message, type: "server_error", param: null, code: "unavailable" } });
const headers = {
  "content-type": "application/json",
  "retry-after": String(retryAfterSeconds),
  connection: "close",
};

process.once("disconnect", () => process.exit(0));
process.once("message", (_message, handle) => {
  createServer((_request, response) => response.writeHead(503, headers).end(body)).listen(handle);
});
