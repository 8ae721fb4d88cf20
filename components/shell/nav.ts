import {
  Box,
  CircleDollarSign,
  Database,
  Flame,
  House,
  KeyRound,
  List,
  type LucideIcon,
  MessageSquare,
  Rocket,
  Scale,
  ScrollText,
  Settings,
  UserRound,
  Users,
} from "lucide-react";

export type NavPage = {
  /** Under the project; "" is Home. */
  path: string;
  label: string;
  icon: LucideIcon;
  /** The second key after G. */
  key: string;
};

/** The map. A page stands here once it exists. */
export const navGroups: readonly { label: string; pages: readonly NavPage[] }[] = [
  { label: "", pages: [{ path: "", label: "Home", icon: House, key: "h" }] },
  {
    label: "Build",
    pages: [
      { path: "datasets", label: "Datasets", icon: Database, key: "d" },
      { path: "runs", label: "Runs", icon: Flame, key: "r" },
      { path: "evals", label: "Evals", icon: Scale, key: "e" },
      { path: "models", label: "Models", icon: Box, key: "m" },
    ],
  },
  {
    label: "Ship",
    pages: [
      { path: "deployments", label: "Deployments", icon: Rocket, key: "s" },
      { path: "playground", label: "Playground", icon: MessageSquare, key: "p" },
    ],
  },
  { label: "Run", pages: [{ path: "requests", label: "Requests", icon: List, key: "q" }] },
  {
    label: "Settings",
    pages: [
      { path: "settings/keys", label: "Keys", icon: KeyRound, key: "k" },
      { path: "settings/members", label: "Members", icon: Users, key: "u" },
      { path: "settings/prices", label: "Prices", icon: CircleDollarSign, key: "c" },
      { path: "settings/audit", label: "Audit", icon: ScrollText, key: "a" },
      { path: "settings/project", label: "Project", icon: Settings, key: "o" },
    ],
  },
];

/** Reached from the account menu, not from the rail. */
const accountPage: NavPage = { path: "settings/account", label: "Account", icon: UserRound, key: "" };

export const navPages = navGroups.flatMap((group) => group.pages);

/** Those of the phone's tab bar; the others stand under "More". */
export const tabPaths = ["", "runs", "deployments", "requests"];

export function hrefOf(slug: string, page: { path: string }) {
  return page.path ? `/${slug}/${page.path}` : `/${slug}`;
}

/** The page of the map that a path belongs to: its details belong to it too. */
export function pageAt(slug: string, pathname: string) {
  const rest = pathname.slice(slug.length + 2);
  return [...navPages, accountPage].find((page) =>
    page.path ? rest === page.path || rest.startsWith(`${page.path}/`) : rest === "",
  );
}
