CREATE TABLE "snapshot_projects" (
	"id" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "snapshot_version" ADD COLUMN "all_version" bigint DEFAULT 0 NOT NULL;