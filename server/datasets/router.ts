import { archiveDataset } from "#server/datasets/archive.ts";
import { createDataset } from "#server/datasets/create.ts";
import { decideDataset } from "#server/datasets/decide.ts";
import { datasetDeleteAffects, deleteDataset } from "#server/datasets/delete.ts";
import { datasetVersionDeleteAffects, deleteDatasetVersion } from "#server/datasets/delete-version.ts";
import {
  ArchiveDataset,
  CreateDataset,
  DatasetRef,
  DecideDataset,
  ListDatasets,
  ListRows,
  PickDatasetVersion,
  ResplitDataset,
  ShowDataset,
} from "#server/datasets/input.ts";
import { listDatasets } from "#server/datasets/list.ts";
import { listRows } from "#server/datasets/list-rows.ts";
import { pickDatasetVersion } from "#server/datasets/pick-version.ts";
import { resplitVersion } from "#server/datasets/resplit-version.ts";
import { restoreDataset } from "#server/datasets/restore.ts";
import { showDataset } from "#server/datasets/show.ts";
import { listUploads } from "#server/datasets/uploads/list.ts";
import { useSample } from "#server/datasets/use-sample.ts";
import { procedure, router } from "#server/trpc.ts";

export const datasetsRouter = router({
  archive: procedure.input(ArchiveDataset).mutation(({ ctx, input }) => archiveDataset(ctx, input)),
  create: procedure.input(CreateDataset).mutation(({ ctx, input }) => createDataset(ctx, input)),
  decide: procedure.input(DecideDataset).mutation(({ ctx, input }) => decideDataset(ctx, input)),
  delete: procedure.input(DatasetRef).mutation(({ ctx, input }) => deleteDataset(ctx, input)),
  deleteAffects: procedure.input(DatasetRef).query(({ ctx, input }) => datasetDeleteAffects(ctx, input)),
  deleteVersion: procedure.input(ShowDataset).mutation(({ ctx, input }) => deleteDatasetVersion(ctx, input)),
  deleteVersionAffects: procedure.input(ShowDataset).query(({ ctx, input }) => datasetVersionDeleteAffects(ctx, input)),
  list: procedure.input(ListDatasets).query(({ ctx, input }) => listDatasets(ctx, input)),
  pickVersion: procedure.input(PickDatasetVersion).query(({ ctx, input }) => pickDatasetVersion(ctx, input)),
  resplit: procedure.input(ResplitDataset).mutation(({ ctx, input }) => resplitVersion(ctx, input)),
  restore: procedure.input(ArchiveDataset).mutation(({ ctx, input }) => restoreDataset(ctx, input)),
  rows: procedure.input(ListRows).query(({ ctx, input }) => listRows(ctx, input)),
  show: procedure.input(ShowDataset).query(({ ctx, input }) => showDataset(ctx, input)),
  uploads: procedure.query(({ ctx }) => listUploads(ctx)),
  useSample: procedure.mutation(({ ctx }) => useSample(ctx)),
});
