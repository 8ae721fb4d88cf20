CREATE TABLE "eval_targets" (
	"eval_id" text NOT NULL,
	"position" integer NOT NULL,
	"project_id" text NOT NULL,
	"model_version_id" text NOT NULL,
	"is_baseline" boolean DEFAULT false NOT NULL,
	"summary" jsonb,
	CONSTRAINT "eval_targets_eval_id_position_pk" PRIMARY KEY("eval_id","position")
);
--> statement-breakpoint
INSERT INTO "eval_targets" ("eval_id", "position", "project_id", "model_version_id", "is_baseline", "summary")
SELECT "id", 0, "project_id", "candidate_version_id", false, "summary" FROM "evals"
UNION ALL
SELECT "id", 1, "project_id", "baseline_version_id", true, NULL FROM "evals";
--> statement-breakpoint
ALTER TABLE "evals" DROP CONSTRAINT "evals_candidate_version_id_model_versions_id_fk";
--> statement-breakpoint
ALTER TABLE "evals" DROP CONSTRAINT "evals_baseline_version_id_model_versions_id_fk";
--> statement-breakpoint
DROP INDEX "evals_candidate_idx";--> statement-breakpoint
ALTER TABLE "eval_targets" ADD CONSTRAINT "eval_targets_eval_id_evals_id_fk" FOREIGN KEY ("eval_id") REFERENCES "public"."evals"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "eval_targets" ADD CONSTRAINT "eval_targets_model_version_id_model_versions_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "eval_targets_baseline_key" ON "eval_targets" USING btree ("eval_id") WHERE is_baseline;--> statement-breakpoint
CREATE INDEX "eval_targets_version_idx" ON "eval_targets" USING btree ("model_version_id");--> statement-breakpoint
ALTER TABLE "evals" DROP COLUMN "candidate_version_id";--> statement-breakpoint
ALTER TABLE "evals" DROP COLUMN "baseline_version_id";--> statement-breakpoint
ALTER TABLE "evals" DROP COLUMN "summary";