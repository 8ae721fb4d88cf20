import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { writeProcesses } from "#server/ops/processes/registry.ts";
import { createUser } from "#server/people/create-user.ts";
import { setPassword } from "#server/people/password-reset.ts";
import { signIn } from "#server/people/sign-in.ts";

const password = "a long enough password";
const next = "the next password of Ada";
const from = { userAgent: null, network: null };

/** The shell of a machine whose console does not run, on this database. */
function shellOf(databaseUrl: string) {
  const data = mkdtempSync(join(tmpdir(), "largeforge people "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  writeFileSync(join(data, "admin-key"), "k".repeat(40));
  const none = {
    supervisorPid: 0,
    supervisorStartTime: "",
    state: "ready",
    failure: null,
    firstAdminUrl: null,
  } as const;
  // its console was at a port where nobody listens: another one on this machine must not answer instead
  writeProcesses(join(data, "run", "processes.json"), {
    ...none,
    consoleUrl: "http://127.0.0.1:1",
    apiUrl: "http://127.0.0.1:1/v1",
    processes: [],
  });
  const { FORGE_SECRET } = process.env;
  const env = { ...process.env, FORGE_DATA: data, DATABASE_URL: databaseUrl, FORGE_SECRET, FORGE_URL: "" };
  return (...args: string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const command = ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "main.ts"), ...args];
      execFile(process.execPath, command, { env }, (error, stdout) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out: stdout.trim() }),
      );
    });
}

test("the shell of the machine lets a lone owner in again, also when nothing runs", () =>
  inDatabase(async ({ db, url }) => {
    const ctx: UnscopedCtx = { db, actor: "system:sign-in", enqueue: () => {} };
    const { email } = await createUser(ctx, { name: "Ada", email: "ada@example.test", password, isOwner: true });
    const forge = shellOf(url);
    const { code, out } = await forge("people", "reset-password", "Ada@Example.test");
    expect(code).toBe(0);
    expect(out).toMatch(/^http:\/\/[^ ]+\/reset\/[A-Za-z0-9_-]{43}$/);
    await setPassword(ctx, { token: out.slice(-43), password: next });
    await signIn(ctx, { email, password: next, ...from });
  }));

test("accounts are listed, disabled and enabled by e-mail; an unknown one is said by name", () =>
  inDatabase(async ({ db, url }) => {
    const ctx: UnscopedCtx = { db, actor: "system:sign-in", enqueue: () => {} };
    await createUser(ctx, { name: "Bob", email: "bob@example.test", password, isOwner: false });
    const forge = shellOf(url);
    expect((await forge("people", "disable", "bob@example.test")).out).toContain("bob@example.test is disabled");
    expect(JSON.parse((await forge("people", "list", "--json")).out)).toEqual({
      items: [expect.objectContaining({ email: "bob@example.test", disabledAt: expect.any(String), roles: [] })],
      total: 1,
    });
    expect((await forge("people", "enable", "bob@example.test")).code).toBe(0);
    await signIn(ctx, { email: "bob@example.test", password, ...from });
    const unknown = await forge("people", "disable", "eve@example.test", "--json");
    expect([unknown.code, JSON.parse(unknown.out).error.message]).toEqual([1, "there is no account eve@example.test"]);
  }));
