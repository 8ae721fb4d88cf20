import type { z } from "zod";

/** A form's unsaved input: kept per project and form, and apart for each thing that a link asked the form for. */
export type DraftOf<Values> = {
  project: string;
  form: string;
  /** from the link that opened the form: what it asks for must not be answered by an older draft */
  asked?: Readonly<Record<string, string | null>>;
  schema: z.ZodType<Values>;
};

const prefix = "forge.draft.";
/** The oldest gives way: what was left lying in twenty forms is no longer missed. */
const mostDrafts = 20;
/** A larger one is not kept; all of them fit into the 5 MB that browsers give. */
const mostCharacters = 64 * 1024;

export function draftKey({ project, form, asked = {} }: Omit<DraftOf<unknown>, "schema">): string {
  const link = Object.entries(asked).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  return prefix + [project, form, ...link].join("/");
}

/** What was kept, or null where there is nothing that still fits the form. */
export function readDraft<Values>(key: string, schema: z.ZodType<Values>): Values | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    const values: unknown = typeof kept === "object" && kept !== null ? Reflect.get(kept, "values") : null;
    return schema.safeParse(values).data ?? null;
  } catch {
    return null;
  }
}

export function writeDraft(key: string, values: unknown): void {
  const text = JSON.stringify({ at: Date.now(), values });
  if (text.length > mostCharacters) {
    forgetDraft(key);
    return;
  }
  try {
    sessionStorage.setItem(key, text);
    const others = Object.keys(sessionStorage).filter((other) => other.startsWith(prefix) && other !== key);
    const oldestFirst = others.sort((a, b) => keptAt(a) - keptAt(b));
    for (const old of oldestFirst.slice(0, Math.max(0, others.length + 1 - mostDrafts))) sessionStorage.removeItem(old);
  } catch {
    // a private window may have no storage: the form works, it just is not kept
  }
}

export function forgetDraft(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // as above
  }
}

function keptAt(key: string): number {
  const at = /^\{"at":(\d+)/.exec(sessionStorage.getItem(key) ?? "")?.[1];
  return Number(at ?? 0);
}
