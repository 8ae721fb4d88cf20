import { changePassword } from "#server/people/change-password.ts";
import { disableAccount, enableAccount } from "#server/people/disable-account.ts";
import { ChangePassword, EndSession, OneAccount, RenameMe, SetPassword } from "#server/people/input.ts";
import { listAccounts } from "#server/people/list-accounts.ts";
import { me, renameMe } from "#server/people/me.ts";
import { resetPassword, setPassword } from "#server/people/password-reset.ts";
import { endSession, listSessions, signOutEverywhere } from "#server/people/sessions.ts";
import { personProcedure, publicProcedure, router, sessionOf } from "#server/trpc.ts";

export const peopleRouter = router({
  changePassword: personProcedure
    .input(ChangePassword)
    .mutation(({ ctx, input }) => changePassword(ctx, input, sessionOf(ctx.caller))),
  disable: personProcedure.input(OneAccount).mutation(({ ctx, input }) => disableAccount(ctx, input)),
  enable: personProcedure.input(OneAccount).mutation(({ ctx, input }) => enableAccount(ctx, input)),
  endSession: personProcedure.input(EndSession).mutation(({ ctx, input }) => endSession(ctx, input)),
  list: personProcedure.query(({ ctx }) => listAccounts(ctx)),
  me: personProcedure.query(({ ctx }) => me(ctx)),
  renameMe: personProcedure.input(RenameMe).mutation(({ ctx, input }) => renameMe(ctx, input)),
  resetPassword: personProcedure.input(OneAccount).mutation(({ ctx, input }) => resetPassword(ctx, input)),
  sessions: personProcedure.query(({ ctx }) => listSessions(ctx, sessionOf(ctx.caller))),
  setPassword: publicProcedure.input(SetPassword).mutation(({ ctx, input }) => setPassword(ctx, input)),
  signOutEverywhere: personProcedure.mutation(({ ctx }) => signOutEverywhere(ctx)),
});
