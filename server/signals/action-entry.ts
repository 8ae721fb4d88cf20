import type { IdKind } from "#db/ids.ts";
import type { LiveKind } from "#server/signals/live.ts";

type About = {
  /** what kind of id its rows name */
  target: IdKind;
  /** what open pages ask again */
  tells?: readonly LiveKind[];
  /** gateways cache what it changes: it bumps their snapshot */
  routed?: true;
};

/** Where its rows stand: in the project, or outside any, and then perhaps heard in all that the person is a member of. */
type At = "project" | "installation" | "memberships";
export type ActionEntry = About & { at: At; outlivesProject?: true };

/** What its rows carry; for the compiler alone, never there when the program runs. */
type Carries<Done, Refused> = { readonly carries?: { done: Done; refused: Refused } };

type InProject<Done, Refused> = About &
  Carries<Done, Refused> & {
    at: "project";
    /** the project goes with it, so its row stands outside any project */
    outlivesProject?: true;
  };
type Outside<Done, Refused> = Omit<About, "tells"> & Carries<Done, Refused> & { at: "installation" };
type OfMember<Done, Refused> = About & Carries<Done, Refused> & { at: "memberships" };

/** A detail with nothing in it. */
export type Nothing = null;
export type Why = { why: string };
/** Recorded in the project where it happens; `Refused` is what a verb's own refusal says beyond the reason. */
export function inProject<Done = Nothing, Refused = never>(about: About & { outlivesProject?: true }) {
  const action: InProject<Done, Refused> = { at: "project", ...about };
  return action;
}

/** Recorded outside any project: accounts and sessions. */
export function outside<Done = Nothing, Refused = never>(about: Omit<About, "tells">) {
  const action: Outside<Done, Refused> = { at: "installation", ...about };
  return action;
}

/** Recorded outside any project, heard in all that the person is a member of. */
export function ofMember<Done = Nothing, Refused = never>(about: About) {
  const action: OfMember<Done, Refused> = { at: "memberships", ...about };
  return action;
}

/** A procedure that records another action when it is done, and itself only when it is refused. */
export function attempt(about: About) {
  return inProject<never>(about);
}
