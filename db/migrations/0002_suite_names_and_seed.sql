DROP INDEX "suites_name_key";--> statement-breakpoint
ALTER TABLE "runs" ALTER COLUMN "seed" SET DATA TYPE bigint;--> statement-breakpoint
CREATE UNIQUE INDEX "suites_name_key" ON "suites" USING btree ("project_id","name") WHERE archived_at is null;