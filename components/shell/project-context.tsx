"use client";
import { createContext, type ReactNode, useContext } from "react";
import type { Role } from "#db/enums.ts";
import { decideAccess } from "#server/access.rule.ts";

export type ShellProject = { id: string; slug: string; name: string; role: Role };

const ProjectContext = createContext<ShellProject | undefined>(undefined);

export function ProjectProvider({ project, children }: { project: ShellProject; children: ReactNode }) {
  return <ProjectContext value={project}>{children}</ProjectContext>;
}

/** The project in the URL, and the role one has in it. */
export function useProject() {
  const project = useContext(ProjectContext);
  if (!project) throw new Error("useProject stands inside the console's shell");
  return project;
}

/** Why this person may not call a procedure (`runs.start`), as the `disabledReason` of its button; undefined when allowed. */
export function useRefusal(procedure: string): string | undefined {
  const { role } = useProject();
  const decision = decideAccess(procedure, { role, scopes: null });
  return decision.allow ? undefined : `Your role, ${role}, may not do this.`;
}
