CREATE INDEX "revisions_model_version_idx" ON "revisions" USING btree ("model_version_id");--> statement-breakpoint
CREATE INDEX "evals_suite_idx" ON "evals" USING btree ("suite_id");--> statement-breakpoint
CREATE INDEX "evals_candidate_idx" ON "evals" USING btree ("candidate_version_id");--> statement-breakpoint
CREATE INDEX "suites_dataset_version_idx" ON "suites" USING btree ("dataset_version_id");--> statement-breakpoint
CREATE INDEX "runs_dataset_version_idx" ON "runs" USING btree ("dataset_version_id");