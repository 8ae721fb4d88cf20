import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { blobNames } from "#server/storage/names.ts";

/** Something that needs a blob: `dataset` tickets/3, `model` nano/1, `run` a run's name, `file` and `upload` a file's name. */
export type BlobUse = {
  sha256: string;
  projectId: string;
  project: string;
  kind: "dataset" | "model" | "run" | "file" | "upload";
  id: string;
  name: string;
};

const usesAtMost = 1_000;

/** What uses these blobs, by project and name (at most 1,000), in one project or in all. */
export async function usesOf(db: Db, hashes: readonly string[], projectId?: string): Promise<BlobUse[]> {
  if (hashes.length === 0) return [];
  const here = projectId ? sql`and n.project_id = ${projectId}` : sql``;
  const rows = await db.execute<BlobUse>(sql`
    select distinct n.sha256, n.project_id as "projectId", p.slug as project,
      case n.kind when 'artifact' then case when mv.id is null then 'run' else 'model' end
        when 'part' then 'upload' else n.kind end as kind,
      coalesce(mv.id, r.id, n.id) as id,
      coalesce(d.name || '/' || dv.version, f.filename, u.filename, fu.filename, m.name || '/' || mv.version, r.name,
        n.id) as name
    from ${blobNames} n
    join projects p on p.id = n.project_id
    left join dataset_versions dv on n.kind = 'dataset' and dv.id = n.id
    left join datasets d on d.id = dv.dataset_id
    left join files f on n.kind = 'file' and f.id = n.id
    left join uploads u on n.kind = 'upload' and u.id = n.id
    left join file_parts fp on n.kind = 'part' and fp.id = n.id
    left join file_uploads fu on fu.id = fp.upload_id
    left join model_versions mv on n.kind = 'artifact'
      and (mv.weights_artifact_id = n.id or mv.gguf_artifact_id = n.id)
    left join models m on m.id = mv.model_id
    left join artifacts a on n.kind = 'artifact' and a.id = n.id
    left join runs r on r.id = a.run_id
    where n.sha256 in ${[...hashes]} ${here}
    order by project, kind, name limit ${usesAtMost}`);
  return [...rows];
}
