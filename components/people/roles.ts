import type { Role } from "#db/enums.ts";

/** What each role is for, in the words of the members page; the access table is what counts. */
export const roleLabels: Readonly<Record<Role, { name: string; may: string }>> = {
  admin: { name: "Admin", may: "Everything, also members, all keys, audit and the project itself" },
  engineer: { name: "Engineer", may: "Data, runs, evals, models and deployments; own keys" },
  operator: { name: "Operator", may: "Deployments and traffic; reads everything else; own keys" },
  developer: { name: "Developer", may: "Calls models, tries the playground, makes own keys; reads the rest" },
  viewer: { name: "Viewer", may: "Reads, changes nothing and makes no keys" },
};
