import {
  Ban,
  Check,
  CircleDashed,
  CircleStop,
  Clock,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Pause,
  TriangleAlert,
  Upload,
  X,
} from "lucide-react";
import type { EvalStatus, ModelVersionStatus, ReplicaStatus, RunStatus } from "#db/enums.ts";
import type { VersionState } from "#server/datasets/split.rule.ts";

/** Colour of a status; `plain` is the outline without a fill. */
export type Tone = "mute" | "run" | "ok" | "hold" | "bad" | "ask" | "plain";

/** Every status that a page can meet: one without a word here does not compile. */
export type Status =
  | VersionState
  | RunStatus
  | EvalStatus
  | ModelVersionStatus
  | ReplicaStatus
  | "healthy"
  | "degraded"
  | "down"
  | "active"
  | "retired"
  | "stopped"
  | "revoked"
  | "expired"
  | "invited";

type StatusVariant = {
  word: string;
  tone: Tone;
  icon: LucideIcon;
  /** The icon turns: only where work truly goes on. */
  moves?: true;
};

/** The one table of status → word, colour and icon (never colour alone). */
const statusVariants = {
  // dataset versions
  uploading: { word: "Uploading", tone: "run", icon: Upload },
  importing: { word: "Importing", tone: "run", icon: LoaderCircle, moves: true },
  needs_review: { word: "Needs review", tone: "hold", icon: TriangleAlert },
  validation_only: { word: "Validation only", tone: "plain", icon: Check },
  ready: { word: "Ready", tone: "ok", icon: Check },
  refused: { word: "Refused", tone: "bad", icon: X },
  // runs and evals
  queued: { word: "Queued", tone: "mute", icon: Clock },
  running: { word: "Running", tone: "run", icon: LoaderCircle, moves: true },
  converting: { word: "Converting", tone: "run", icon: LoaderCircle, moves: true },
  succeeded: { word: "Succeeded", tone: "ok", icon: Check },
  failed: { word: "Failed", tone: "bad", icon: X },
  paused: { word: "Paused", tone: "hold", icon: Pause },
  pausing: { word: "Pausing", tone: "hold", icon: LoaderCircle, moves: true },
  cancelling: { word: "Cancelling", tone: "mute", icon: LoaderCircle, moves: true },
  cancelled: { word: "Cancelled", tone: "plain", icon: CircleStop },
  // replicas
  assigned: { word: "Assigned", tone: "mute", icon: CircleDashed },
  loading: { word: "Loading", tone: "run", icon: LoaderCircle, moves: true },
  probing: { word: "Verifying", tone: "run", icon: LoaderCircle, moves: true },
  draining: { word: "Draining", tone: "hold", icon: Hourglass },
  // hosts, gateways and deployments
  healthy: { word: "Healthy", tone: "ok", icon: Check },
  degraded: { word: "Degraded", tone: "hold", icon: TriangleAlert },
  down: { word: "Down", tone: "bad", icon: X },
  active: { word: "Active", tone: "ok", icon: Check },
  retired: { word: "Retired", tone: "plain", icon: CircleStop },
  // keys, members and invitations
  stopped: { word: "Stopped", tone: "hold", icon: Ban },
  revoked: { word: "Revoked", tone: "plain", icon: Ban },
  expired: { word: "Expired", tone: "plain", icon: Clock },
  invited: { word: "Invited", tone: "mute", icon: Clock },
} satisfies Record<Status, StatusVariant>;

export function statusVariant(status: Status): StatusVariant {
  return statusVariants[status];
}
