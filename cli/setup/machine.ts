import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Is there an NVIDIA GPU that a driver answers for? */
export function hasNvidiaGpu(): boolean {
  if (process.platform === "darwin") return false;
  if (existsSync("/dev/nvidia0")) return true;
  return commandOutput("nvidia-smi", ["-L"]) !== null;
}

/** What a command prints, or null when it is missing or fails. */
export function commandOutput(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    }).trim();
  } catch {
    return null;
  }
}
