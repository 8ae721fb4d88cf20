ALTER TABLE "runs" ADD COLUMN "validation_version_id" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "metadata" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "result_file_id" text;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_validation_version_id_dataset_versions_id_fk" FOREIGN KEY ("validation_version_id") REFERENCES "public"."dataset_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_result_file_id_files_id_fk" FOREIGN KEY ("result_file_id") REFERENCES "public"."files"("id") ON DELETE no action ON UPDATE no action;