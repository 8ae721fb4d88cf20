import { createProject } from "#server/projects/create.ts";
import { deleteProject, projectDeleteAffects } from "#server/projects/delete.ts";
import { claimFirstAdmin } from "#server/projects/first-admin.ts";
import {
  AcceptInvitation,
  ClaimFirstAdmin,
  CreateProject,
  DeleteProject,
  InviteMember,
  ListInvitations,
  ListMembers,
  ListProjects,
  OpenLink,
  RemoveMember,
  RenameProject,
  RevokeInvitation,
  SetMemberRole,
  SetRetention,
} from "#server/projects/input.ts";
import {
  acceptInvitation,
  inviteMember,
  joinProject,
  listInvitations,
  revokeInvitation,
} from "#server/projects/invitations.ts";
import { listProjects } from "#server/projects/list.ts";
import { listMembers, removeMember, setMemberRole } from "#server/projects/members.ts";
import { archiveProject, renameProject, setRetention } from "#server/projects/settings.ts";
import { showProject } from "#server/projects/show.ts";
import { personProcedure, procedure, publicProcedure, router } from "#server/trpc.ts";

export const projectsRouter = router({
  acceptInvitation: publicProcedure.input(AcceptInvitation).mutation(({ ctx, input }) => acceptInvitation(ctx, input)),
  archive: procedure.mutation(({ ctx }) => archiveProject(ctx)),
  claimFirstAdmin: publicProcedure.input(ClaimFirstAdmin).mutation(({ ctx, input }) => claimFirstAdmin(ctx, input)),
  create: personProcedure.input(CreateProject).mutation(({ ctx, input }) => createProject(ctx, input)),
  delete: procedure.input(DeleteProject).mutation(({ ctx, input }) => deleteProject(ctx, input)),
  deleteAffects: procedure.query(({ ctx }) => projectDeleteAffects(ctx)),
  invite: procedure.input(InviteMember).mutation(({ ctx, input }) => inviteMember(ctx, input)),
  invitations: procedure.input(ListInvitations).query(({ ctx, input }) => listInvitations(ctx, input)),
  join: personProcedure.input(OpenLink).mutation(({ ctx, input }) => joinProject(ctx, input)),
  list: personProcedure.input(ListProjects.optional()).query(({ ctx, input }) => listProjects(ctx, input)),
  members: procedure.input(ListMembers).query(({ ctx, input }) => listMembers(ctx, input)),
  removeMember: procedure.input(RemoveMember).mutation(({ ctx, input }) => removeMember(ctx, input)),
  rename: procedure.input(RenameProject).mutation(({ ctx, input }) => renameProject(ctx, input)),
  revokeInvitation: procedure.input(RevokeInvitation).mutation(({ ctx, input }) => revokeInvitation(ctx, input)),
  setMemberRole: procedure.input(SetMemberRole).mutation(({ ctx, input }) => setMemberRole(ctx, input)),
  setRetention: procedure.input(SetRetention).mutation(({ ctx, input }) => setRetention(ctx, input)),
  show: procedure.query(({ ctx }) => showProject(ctx)),
});
