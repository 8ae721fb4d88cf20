import { z } from "zod";
import { retentionDays, roles } from "#db/enums.ts";
import { Cursor, Pick, sortedBy } from "#server/input.ts";
import { Email, LinkToken, NewPassword, PersonName } from "#server/people/input.ts";

export const ProjectName = z
  .string()
  .trim()
  .min(1, "give the project a name")
  .max(60, "use at most 60 characters")
  .regex(/^\P{Cc}*$/u, "use no control characters");

export const CreateProject = z.object({ name: ProjectName });
export type CreateProject = z.infer<typeof CreateProject>;

export const RenameProject = z.object({ name: ProjectName });
export type RenameProject = z.infer<typeof RenameProject>;

const days = ({ min, max }: { min: number; max: number }) =>
  z
    .int("give whole days")
    .min(min, `keep at least ${min} days`)
    .max(max, `keep at most ${max.toLocaleString("en")} days`);

/** For how many days each is kept. */
export const SetRetention = z
  .object({
    requestDays: days(retentionDays.requests),
    rollupDays: days(retentionDays.rollups),
    runEventDays: days(retentionDays.runEvents),
    auditDays: days(retentionDays.audit),
  })
  .refine(({ requestDays, rollupDays }) => rollupDays >= requestDays, {
    message: "keep the totals at least as long as the requests",
    path: ["rollupDays"],
  });
export type SetRetention = z.infer<typeof SetRetention>;

/** The slug of the project itself, as a person types it to confirm. */
export const DeleteProject = z.object({ slug: z.string().max(64) });
export type DeleteProject = z.infer<typeof DeleteProject>;

export const ListProjects = z.object({
  /** those that were archived instead of the others */
  archived: z.boolean().default(false),
});
export type ListProjects = z.input<typeof ListProjects>;

export const InviteMember = z.object({ email: Email, role: z.enum(roles) });
export type InviteMember = z.infer<typeof InviteMember>;

export const RevokeInvitation = z.object({ invitationId: z.string().max(64) });
export type RevokeInvitation = z.infer<typeof RevokeInvitation>;

export const SetMemberRole = z.object({ userId: z.string().max(64), role: z.enum(roles) });
export type SetMemberRole = z.infer<typeof SetMemberRole>;

/** `keysTo`: the member who takes over their API keys; null revokes them. */
export const RemoveMember = z.object({
  userId: z.string().max(64),
  keysTo: z.string().max(64).nullable().default(null),
});
export type RemoveMember = z.infer<typeof RemoveMember>;

export const OpenLink = z.object({ token: LinkToken });
export type OpenLink = z.infer<typeof OpenLink>;

export const ClaimFirstAdmin = z.object({ token: LinkToken, name: PersonName, email: Email, password: NewPassword });
export type ClaimFirstAdmin = z.infer<typeof ClaimFirstAdmin>;

export const AcceptInvitation = z.object({ token: LinkToken, name: PersonName, password: NewPassword });
export type AcceptInvitation = z.infer<typeof AcceptInvitation>;

export const memberSorts = ["name", "role", "lastSeenAt", "since", "liveKeys"] as const;

/** `search` looks into names and e-mails; a picker sends `chosen`, the id of a person or "". */
export const ListMembers = Pick.extend({ cursor: Cursor, sort: sortedBy(memberSorts, "name", false) });
export type ListMembers = z.input<typeof ListMembers>;

export const invitationSorts = ["email", "role", "created", "expires"] as const;

export const ListInvitations = z.object({
  cursor: Cursor,
  sort: sortedBy(invitationSorts, "created"),
  limit: z.int().min(1).max(100).default(20),
});
export type ListInvitations = z.input<typeof ListInvitations>;
