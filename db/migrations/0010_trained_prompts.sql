CREATE TABLE "trained_prompts" (
	"project_id" text NOT NULL,
	"dataset_version_id" text NOT NULL,
	"part" integer NOT NULL,
	"hashes" "bytea" NOT NULL,
	"last" boolean NOT NULL,
	"text_rows" integer NOT NULL,
	CONSTRAINT "trained_prompts_dataset_version_id_part_pk" PRIMARY KEY("dataset_version_id","part")
);
--> statement-breakpoint
ALTER TABLE "scores" ADD COLUMN "trained_on" boolean;--> statement-breakpoint
ALTER TABLE "trained_prompts" ADD CONSTRAINT "trained_prompts_dataset_version_id_dataset_versions_id_fk" FOREIGN KEY ("dataset_version_id") REFERENCES "public"."dataset_versions"("id") ON DELETE cascade ON UPDATE no action;