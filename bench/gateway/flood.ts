import { setTimeout as sleep } from "node:timers/promises";
import { chatBody, openPool, streamOnce } from "./stream.ts";

/** A key that floods: `count` streams at once, each followed by the next. Says "full" when all are in flight; ends with its parent. */
const [origin = "", key = "", count = "350"] = process.argv.slice(2);
const answerTokens = 64;
const pool = openPool(origin, Number(count));
let sent = 0;

process.on("disconnect", () => process.exit(0));

async function caller() {
  for (;;) {
    const { status } = await streamOnce(pool, key, chatBody(sent++, { max_tokens: answerTokens })).catch(() => ({
      status: 0,
    }));
    if (status !== 200) await sleep(250);
  }
}

for (let i = 0; i < Number(count); i++) void caller();
setInterval(() => {
  if (sent >= Number(count)) process.send?.("full");
}, 100);
