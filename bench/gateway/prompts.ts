import { chatBody, openPool, streamOnce } from "./stream.ts";

/** Somebody's long prompts: 20 of 7.5 MB at once again and again, or 4 that nearly fill the context. Ends with its parent. */
const [origin = "", key = "", kind = "huge"] = process.argv.slice(2);
const huge = kind === "huge";
const atOnce = huge ? 20 : 4;
const content = huge ? "a sentence of the kind. ".repeat(312_500) : "it is a ticket ".repeat(200);
const pool = openPool(origin, atOnce);
const body = chatBody(1, { max_tokens: 1, content, stream: false }); // so that a refusal has its status

process.on("disconnect", () => process.exit(0));

for (let round = 0; ; round++) {
  const calls = Array.from({ length: atOnce }, () => streamOnce(pool, key, body).catch(() => ({ status: 0 })));
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  process.send?.({ round, statuses });
}
