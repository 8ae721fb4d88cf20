import { machineDisk, projectDisk } from "#server/storage/disk.ts";
import { BlobRefs } from "#server/storage/input.ts";
import { usesOf } from "#server/storage/uses.ts";
import { personProcedure, procedure, router } from "#server/trpc.ts";

export const storageRouter = router({
  machine: personProcedure.query(({ ctx }) => machineDisk(ctx)),
  project: procedure.query(({ ctx }) => projectDisk(ctx)),
  uses: personProcedure.input(BlobRefs).query(({ ctx, input }) => usesOf(ctx.db, input.sha256)),
});
