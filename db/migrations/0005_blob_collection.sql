CREATE TABLE "installation" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "upload_parts" (
	"project_id" text NOT NULL,
	"upload_id" text NOT NULL,
	"offset" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"file" text NOT NULL,
	CONSTRAINT "upload_parts_upload_id_offset_pk" PRIMARY KEY("upload_id","offset")
);
--> statement-breakpoint
ALTER TABLE "dataset_versions" DROP CONSTRAINT "dataset_versions_source_blob_blobs_sha256_fk";
--> statement-breakpoint
ALTER TABLE "files" DROP CONSTRAINT "files_blob_sha256_blobs_sha256_fk";
--> statement-breakpoint
ALTER TABLE "blobs" ADD COLUMN "unnamed_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "blobs" ADD COLUMN "checked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "blobs" ADD COLUMN "damage" text;--> statement-breakpoint
ALTER TABLE "upload_parts" ADD CONSTRAINT "upload_parts_upload_id_uploads_id_fk" FOREIGN KEY ("upload_id") REFERENCES "public"."uploads"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dataset_versions_source_blob_idx" ON "dataset_versions" USING btree ("source_blob");--> statement-breakpoint
CREATE INDEX "dataset_versions_train_blob_idx" ON "dataset_versions" USING btree ("train_blob");--> statement-breakpoint
CREATE INDEX "dataset_versions_validation_blob_idx" ON "dataset_versions" USING btree ("validation_blob");--> statement-breakpoint
CREATE INDEX "dataset_versions_set_aside_blob_idx" ON "dataset_versions" USING btree ("set_aside_blob");--> statement-breakpoint
CREATE INDEX "artifact_files_blob_idx" ON "artifact_files" USING btree ("blob_sha256");--> statement-breakpoint
CREATE INDEX "blobs_checked_idx" ON "blobs" USING btree ("checked_at");--> statement-breakpoint
CREATE INDEX "blobs_damaged_idx" ON "blobs" USING btree ("damage") WHERE damage is not null;--> statement-breakpoint
CREATE INDEX "file_parts_blob_idx" ON "file_parts" USING btree ("blob_sha256");--> statement-breakpoint
CREATE INDEX "files_blob_idx" ON "files" USING btree ("blob_sha256") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "uploads_blob_idx" ON "uploads" USING btree ("blob_sha256");--> statement-breakpoint
-- unfinished uploads have no parts in the new table: they are sent from their start
UPDATE "uploads" SET "bytes_received" = 0 WHERE "status" = 'open';
