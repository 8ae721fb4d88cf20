import { sql } from "drizzle-orm";

/**
 * Every row that names a blob, as `(sha256, project_id, kind, id)`: what is not in here is nobody's. `kind` says where
 * `id` belongs: an upload, a part of one, a file, a dataset version or an artifact. A new column that names blobs gets a line here;
 * names.test.ts fails without it.
 */
export const blobNames = sql`(
  select blob_sha256 as sha256, project_id, 'upload' as kind, id from uploads where blob_sha256 is not null
  union all select blob_sha256, project_id, 'part', id from file_parts
  union all select blob_sha256, project_id, 'file', id from files where deleted_at is null
  union all select source_blob, project_id, 'dataset', id from dataset_versions 
    where (status <> 'refused' or created_at > now() - interval '7 days') and deleted_at is null
  union all select train_blob, project_id, 'dataset', id from dataset_versions where train_blob is not null
  union all select validation_blob, project_id, 'dataset', id from dataset_versions where validation_blob is not null
  union all select set_aside_blob, project_id, 'dataset', id from dataset_versions where set_aside_blob is not null
  union all select blob_sha256, project_id, 'artifact', artifact_id from artifact_files
)`;
