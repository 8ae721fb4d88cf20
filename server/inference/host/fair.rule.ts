/** Who a job is for: opaque ids that the gateway hands on. Keys share what their project gets. */
export type Caller = { projectId: string; keyId: string };

export function isSameCaller(a: Caller, b: Caller): boolean {
  return a.keyId === b.keyId && a.projectId === b.projectId;
}

/** What reading a prompt token and writing an answer token count for: about what they cost an engine. */
export const promptTokenUnits = 1;
export const outputTokenUnits = 4;

type Account = { served: number; jobs: number };
type Project = Account & { keys: Map<string, Account> };

export type FairShare = {
  /** A job of this caller is here now, waiting or running. Idle time earns nothing: who comes back starts level. */
  enter: (caller: Caller) => void;
  leave: (caller: Caller) => void;
  /** Units of work done for this caller. */
  charge: (caller: Caller, units: number) => void;
  /** Negative when `a` was served less than `b` and so comes first: first its project, then its key. */
  compare: (a: Caller, b: Caller) => number;
  /** Units by which this caller is ahead of the one that was served least, among projects or among its project's keys. */
  lead: (caller: Caller) => number;
  /** The part of all places that this caller is entitled to while those who are here now want more than there is. */
  entitlement: (caller: Caller, places: number) => number;
};

/**
 * Deficit round robin in its counting form (the virtual token counter of Sheng et al., OSDI 2024): every turn goes to
 * the project that was served least, within it to the key that was served least. Between two that always have work,
 * the served units never differ by more than one turn, whatever either sends.
 */
export function fairShare(): FairShare {
  const projects = new Map<string, Project>();

  const projectOf = ({ projectId }: Caller): Project => {
    const known = projects.get(projectId);
    if (known) return known;
    const project: Project = { served: 0, jobs: 0, keys: new Map() };
    projects.set(projectId, project);
    return project;
  };
  const keyOf = (project: Project, { keyId }: Caller): Account => {
    const known = project.keys.get(keyId);
    if (known) return known;
    const key: Account = { served: 0, jobs: 0 };
    project.keys.set(keyId, key);
    return key;
  };

  return {
    enter: (caller) => {
      const project = projectOf(caller);
      if (project.jobs === 0) project.served = Math.max(project.served, leastServed(projects) ?? 0);
      const key = keyOf(project, caller);
      if (key.jobs === 0) key.served = Math.max(key.served, leastServed(project.keys) ?? 0);
      project.jobs += 1;
      key.jobs += 1;
    },
    leave: (caller) => {
      const project = projectOf(caller);
      const key = keyOf(project, caller);
      project.jobs -= 1;
      key.jobs -= 1;
      forgetSettled(project.keys);
      forgetSettled(projects);
    },
    charge: (caller, units) => {
      const project = projectOf(caller);
      project.served += units;
      keyOf(project, caller).served += units;
    },
    compare: (a, b) => {
      const [first, second] = [projectOf(a), projectOf(b)];
      if (first !== second) return first.served - second.served;
      return keyOf(first, a).served - keyOf(second, b).served;
    },
    lead: (caller) => {
      const project = projectOf(caller);
      const { served } = keyOf(project, caller);
      const ahead = (of: number, accounts: ReadonlyMap<string, Account>) => of - (leastServed(accounts) ?? of);
      return Math.max(ahead(project.served, projects), ahead(served, project.keys));
    },
    entitlement: (caller, places) => {
      const project = projectOf(caller);
      return places / Math.max(1, active(projects)) / Math.max(1, active(project.keys));
    },
  };
}

function leastServed(accounts: ReadonlyMap<string, Account>): number | null {
  let least: number | null = null;
  for (const { served, jobs } of accounts.values()) if (jobs > 0 && (least === null || served < least)) least = served;
  return least;
}

function active(accounts: ReadonlyMap<string, Account>): number {
  let count = 0;
  for (const { jobs } of accounts.values()) if (jobs > 0) count += 1;
  return count;
}

/** An idle account that owes nothing to those who are here is worth nothing; when nobody is here, all are. */
function forgetSettled(accounts: Map<string, Account>) {
  const least = leastServed(accounts);
  for (const [id, { served, jobs }] of accounts)
    if (jobs === 0 && (least === null || served <= least)) accounts.delete(id);
}
