import { changePassword } from "#server/people/change-password.ts";
import { endSession } from "#server/people/end-session.ts";
import { ChangePassword, EndSession, RenameMe } from "#server/people/input.ts";
import { listSessions } from "#server/people/list-sessions.ts";
import { me } from "#server/people/me.ts";
import { renameMe } from "#server/people/rename-me.ts";
import { signOutEverywhere } from "#server/people/sign-out-everywhere.ts";
import { personProcedure, router, sessionOf } from "#server/trpc.ts";

export const peopleRouter = router({
  changePassword: personProcedure
    .input(ChangePassword)
    .mutation(({ ctx, input }) => changePassword(ctx, input, sessionOf(ctx.caller))),
  endSession: personProcedure.input(EndSession).mutation(({ ctx, input }) => endSession(ctx, input)),
  me: personProcedure.query(({ ctx }) => me(ctx)),
  renameMe: personProcedure.input(RenameMe).mutation(({ ctx, input }) => renameMe(ctx, input)),
  sessions: personProcedure.query(({ ctx }) => listSessions(ctx, sessionOf(ctx.caller))),
  signOutEverywhere: personProcedure.mutation(({ ctx }) => signOutEverywhere(ctx)),
});
