import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "#db/embedded.ts";

const portkey = { name: "@portkey-ai/gateway", version: "1.15.2" };
const startWithinMs = 30_000;

export type Contender = {
  name: string;
  /** null: the upstream itself, whose CPU is not asked for */
  pids: (() => number[]) | null;
  url: string;
  /** sent in turn, one per call */
  headers: Record<string, string>[];
  model: string;
};

/** Every child this benchmark started; all are ended with it. */
const children: ChildProcess[] = [];
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

export function startChild(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.stderr?.on("data", (text) => process.env.BENCH_VERBOSE && process.stderr.write(text));
  children.push(child);
  return child;
}

export async function startUpstream(): Promise<string> {
  const child = startChild(process.execPath, [join(import.meta.dirname, "upstream.ts")]);
  const port = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (text) => resolve(String(text).trim())),
  );
  return `http://127.0.0.1:${port}`;
}

/** nginx as a plain reverse proxy with kept-alive connections and one worker; null when it is not installed. */
export async function startNginx(upstream: string, dir: string): Promise<Contender | null> {
  const binary = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx", "/usr/bin/nginx"].find(
    existsSync,
  );
  if (!binary) return null;
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  const config = join(dir, "nginx.conf");
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(dir, name)};`)
    .join(" ");
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${join(dir, "pid")}; error_log ${join(dir, "error.log")};
events { worker_connections 1024; }
http { access_log off; ${temp} keepalive_requests 1000000;
  upstream host { server ${new URL(upstream).host}; keepalive 64; }
  server { listen 127.0.0.1:${port}; location / {
    proxy_pass http://host; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } } }`,
  );
  const child = startChild(binary, ["-c", config, "-p", dir]);
  const url = `http://127.0.0.1:${port}/v1/chat/completions`;
  await untilAnswers(url, child);
  return { name: "nginx", pids: () => withChildren(child.pid ?? 0), url, headers: [{}], model: "bench" };
}

/** Portkey's gateway from npm, pinned, installed once into the tools folder without running any script. */
export async function startPortkey(upstream: string, toolsDir: string): Promise<Contender> {
  const dir = join(toolsDir, "bench-gateway");
  const script = join(dir, "node_modules", ...portkey.name.split("/"), "build", "start-server.js");
  const installed = join(dir, "node_modules", ...portkey.name.split("/"), "package.json");
  if (!existsSync(installed) || JSON.parse(readFileSync(installed, "utf8")).version !== portkey.version) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "package.json"), JSON.stringify({ private: true }));
    const args = [
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--save-exact",
      `${portkey.name}@${portkey.version}`,
    ];
    execFileSync("npm", args, { cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
  }
  const port = await freePort();
  const child = startChild(process.execPath, [script, `--port=${port}`, "--headless"], { NODE_ENV: "production" });
  child.stdout?.resume();
  await untilAnswers(`http://127.0.0.1:${port}/`, child);
  const headers = {
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${upstream}/v1`,
    authorization: "Bearer bench",
  };
  const url = `http://127.0.0.1:${port}/v1/chat/completions`;
  return { name: "portkey", pids: () => [child.pid ?? 0], url, headers: [headers], model: "bench" };
}

export async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startWithinMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`a process ended with ${child.exitCode} before it answered ${url}`);
    if (
      await fetch(url).then(
        (reply) => reply.status < 500,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`nobody answered ${url} within ${startWithinMs} ms`);
}

/** CPU time these processes have used so far, user and system of all threads, in microseconds. Linux only. */
export function cpuUs(pids: number[]): number {
  const usPerTick = 1e6 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) * usPerTick; // utime, stime of proc(5)
  }, 0);
}

function withChildren(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(text ? text.split(" ").map(Number) : [])];
}
