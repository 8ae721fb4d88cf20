ALTER TABLE "dataset_versions" ADD COLUMN "notes" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "example_pages" ADD COLUMN "lines" integer[];--> statement-breakpoint
ALTER TABLE "example_pages" ADD COLUMN "elements" integer[];--> statement-breakpoint
UPDATE "dataset_versions" SET "notes" = (
	SELECT coalesce(jsonb_agg(jsonb_build_object('code', 'ignored_column', 'name', c, 'rows', "rows_read", 'line', 1, 'element', null)), '[]')
	FROM jsonb_array_elements_text("ignored_columns") AS c
) WHERE jsonb_typeof("ignored_columns") = 'array';
