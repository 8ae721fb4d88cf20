/** The pids of a group's living members in what `ps -axo pid=,pgid=,state=` says, where there is no /proc. */
export function groupMembers(said: string, group: number): number[] {
  return said.split("\n").flatMap((line) => {
    const [pid, pgid, state = ""] = line.trim().split(/\s+/);
    return Number(pgid) === group && Number(pid) > 0 && !state.startsWith("Z") ? [Number(pid)] : [];
  });
}

/** Does `ps eww -o command=` show this NAME=value, which holds no space, after the command of a process? */
export function showsMark(said: string, mark: string): boolean {
  return said.split(/\s+/).slice(1).includes(mark);
}
