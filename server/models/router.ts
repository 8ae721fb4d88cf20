import { deleteModel, modelDeleteAffects } from "#server/models/delete.ts";
import { deleteModelVersion, modelVersionDeleteAffects } from "#server/models/delete-version.ts";
import { importSampleModel } from "#server/models/import/sample.ts";
import { importModel } from "#server/models/import/start.ts";
import { ImportModel, ListModels, ModelRef, PickModelVersion, RemoveAlias, VersionRef } from "#server/models/input.ts";
import { lineageOf } from "#server/models/lineage.ts";
import { listModels } from "#server/models/list.ts";
import { listArtifacts } from "#server/models/list-artifacts.ts";
import { pickModelVersion } from "#server/models/pick-version.ts";
import { removeAlias } from "#server/models/remove-alias.ts";
import { showModel } from "#server/models/show.ts";
import { procedure, router } from "#server/trpc.ts";

export const modelsRouter = router({
  artifacts: procedure.input(VersionRef).query(({ ctx, input }) => listArtifacts(ctx, input)),
  delete: procedure.input(ModelRef).mutation(({ ctx, input }) => deleteModel(ctx, input)),
  deleteAffects: procedure.input(ModelRef).query(({ ctx, input }) => modelDeleteAffects(ctx, input)),
  deleteVersion: procedure.input(VersionRef).mutation(({ ctx, input }) => deleteModelVersion(ctx, input)),
  deleteVersionAffects: procedure.input(VersionRef).query(({ ctx, input }) => modelVersionDeleteAffects(ctx, input)),
  import: procedure.input(ImportModel).mutation(({ ctx, input }) => importModel(ctx, input)),
  importSample: procedure.mutation(({ ctx }) => importSampleModel(ctx)),
  lineage: procedure.input(ModelRef).query(({ ctx, input }) => lineageOf(ctx, input)),
  list: procedure.input(ListModels).query(({ ctx, input }) => listModels(ctx, input)),
  pickVersion: procedure.input(PickModelVersion).query(({ ctx, input }) => pickModelVersion(ctx, input)),
  removeAlias: procedure.input(RemoveAlias).mutation(({ ctx, input }) => removeAlias(ctx, input)),
  show: procedure.input(ModelRef).query(({ ctx, input }) => showModel(ctx, input)),
});
