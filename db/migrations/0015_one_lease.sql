ALTER TABLE "dataset_versions" RENAME COLUMN "attempt" TO "lease_attempt";--> statement-breakpoint
ALTER TABLE "dataset_versions" RENAME COLUMN "import_started_at" TO "leased_at";--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD COLUMN "lease_holder" text;--> statement-breakpoint
ALTER TABLE "evals" ADD COLUMN "lease_attempt" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "evals" ADD COLUMN "lease_holder" text;--> statement-breakpoint
ALTER TABLE "evals" ADD COLUMN "leased_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "model_versions" ADD COLUMN "lease_attempt" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "model_versions" ADD COLUMN "leased_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "lease_attempt" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "leased_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "dataset_versions_open_idx" ON "dataset_versions" USING btree ("created_at") WHERE status = 'importing';--> statement-breakpoint
CREATE INDEX "evals_open_idx" ON "evals" USING btree ("created_at") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "model_versions_open_idx" ON "model_versions" USING btree ("created_at") WHERE status = 'importing';