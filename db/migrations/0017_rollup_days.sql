CREATE TABLE "request_days" (
	"project_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"series_id" uuid NOT NULL,
	"calls" integer NOT NULL,
	"counted" integer NOT NULL,
	"answers" integer NOT NULL,
	"streams" integer NOT NULL,
	"priced" integer NOT NULL,
	"prompt_tokens" bigint NOT NULL,
	"completion_tokens" bigint NOT NULL,
	"cost_usd_nanos" numeric NOT NULL,
	"total_us" bigint NOT NULL,
	"ttft" bigint[],
	"total" bigint[],
	"itl_p50" bigint[],
	"itl_p95" bigint[],
	"queue" bigint[],
	CONSTRAINT "request_days_project_id_at_series_id_pk" PRIMARY KEY("project_id","at","series_id")
);
--> statement-breakpoint
CREATE TABLE "request_stale_days" (
	"project_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "request_stale_days_project_id_at_pk" PRIMARY KEY("project_id","at")
);
--> statement-breakpoint
ALTER TABLE "request_hours" ADD COLUMN "slots" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
-- hours made before they had slots, and days, are made anew
INSERT INTO "request_stale_hours" ("project_id", "at") SELECT DISTINCT "project_id", "at" FROM "request_hours" ON CONFLICT DO NOTHING;
