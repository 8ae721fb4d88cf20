import { createKey } from "#server/keys/create.ts";
import { grantableScopes } from "#server/keys/grant.rule.ts";
import { CreateKey, KeysOfMember, ListKeys, RevokeKey } from "#server/keys/input.ts";
import { listKeys } from "#server/keys/list.ts";
import { listKeysOfMember } from "#server/keys/list-of-member.ts";
import { revokeKey } from "#server/keys/revoke.ts";
import { procedure, router } from "#server/trpc.ts";

export const keysRouter = router({
  create: procedure.input(CreateKey).mutation(({ ctx, input }) => createKey(ctx, input)),
  grantable: procedure.query(({ ctx }) => grantableScopes(ctx.role)),
  list: procedure.input(ListKeys).query(({ ctx, input }) => listKeys(ctx, input)),
  ofMember: procedure.input(KeysOfMember).query(({ ctx, input }) => listKeysOfMember(ctx, input)),
  revoke: procedure.input(RevokeKey).mutation(({ ctx, input }) => revokeKey(ctx, input)),
});
