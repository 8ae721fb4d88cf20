import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

test.each(["up", "demo"])(
  "%s tells every mistake in the settings at once, before it sets anything up",
  async (name) => {
    const data = mkdtempSync(join(tmpdir(), "largeforge up "));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    const settings = { FORGE_PORT: "abc", FORGE_STORAGE: "s3://bucket/prefix", FORGE_ADMIN_EMAIL: "ada@example.com" };
    const env = {
      ...process.env,
      FORGE_DATA: data,
      DATABASE_URL: "mysql://db",
      FORGE_PUBLIC_URL: "forge",
      ...settings,
    };
    const refused = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      const command = [join(import.meta.dirname, "main.ts"), name, "--json"];
      execFile(process.execPath, command, { env }, (error, stdout) => resolve({ code: error?.code, stdout }));
    });
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.stdout);
    expect(error.code).toBe("INVALID");
    expect(error.message.split("\n")).toEqual([
      "the settings are not valid:",
      "  FORGE_PORT: must be a port: 1 to 65535",
      "  FORGE_PUBLIC_URL: must look like https://forge.example.com",
      "  DATABASE_URL: must look like postgres://user:password@host:5432/name",
      "  FORGE_STORAGE: is not there yet: everything is stored in FORGE_DATA, so leave it out",
      "  FORGE_ADMIN_EMAIL, FORGE_ADMIN_PASSWORD: make the first admin together: set both or none",
    ]);
    expect(readdirSync(data)).toEqual([]);
  },
);
