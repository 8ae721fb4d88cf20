import { DomainError } from "#server/errors.ts";

/** What the host is asked to answer with, by content address only: a base GGUF, an adapter on it, and its probe. */
export type EngineRef = { baseSha: string; adapterSha: string | null; probeSha: string | null };

const pattern = /^base:([0-9a-f]{64})(?:\+adapter:([0-9a-f]{64})(?:\+probe:([0-9a-f]{64}))?)?$/;

/** Write a ref: `base:<sha256>[+adapter:<sha256>[+probe:<sha256>]]`. A probe without an adapter is dropped. */
export function engineRef(ref: { baseSha: string; adapterSha?: string | null; probeSha?: string | null }): string {
  const adapter = ref.adapterSha ? `+adapter:${ref.adapterSha}` : "";
  const probe = adapter && ref.probeSha ? `+probe:${ref.probeSha}` : "";
  return parsed(`base:${ref.baseSha}${adapter}${probe}`).text;
}

/** Read a ref. Throws INVALID (reason `model_not_found`) for anything else. */
export function parseEngineRef(text: string): EngineRef {
  return parsed(text).ref;
}

function parsed(text: string) {
  const [, baseSha, adapterSha, probeSha] = pattern.exec(text) ?? [];
  if (!baseSha) {
    const message = `${text.slice(0, 120)} is not an engine reference (base:SHA256[+adapter:SHA256[+probe:SHA256]])`;
    throw new DomainError("INVALID", message, { field: "model", reason: "model_not_found" });
  }
  return { text, ref: { baseSha, adapterSha: adapterSha ?? null, probeSha: probeSha ?? null } };
}
