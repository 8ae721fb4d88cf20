CREATE TABLE "request_hours" (
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
	CONSTRAINT "request_hours_project_id_at_series_id_pk" PRIMARY KEY("project_id","at","series_id")
);
--> statement-breakpoint
CREATE TABLE "request_minutes" (
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
	CONSTRAINT "request_minutes_project_id_at_series_id_pk" PRIMARY KEY("project_id","at","series_id")
);
--> statement-breakpoint
CREATE TABLE "request_series" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"deployment_id" text,
	"revision_id" text,
	"model_version_id" text,
	"actor" text NOT NULL,
	"stream" boolean NOT NULL,
	"outcome" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "request_stale_hours" (
	"project_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"from_calls" boolean DEFAULT false NOT NULL,
	CONSTRAINT "request_stale_hours_project_id_at_pk" PRIMARY KEY("project_id","at")
);
--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "request_days" integer DEFAULT 90 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "rollup_days" integer DEFAULT 400 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "run_event_days" integer DEFAULT 400 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "audit_days" integer DEFAULT 1095 NOT NULL;--> statement-breakpoint
CREATE INDEX "request_series_project_idx" ON "request_series" USING btree ("project_id");--> statement-breakpoint
CREATE FUNCTION "histogram_add"(a bigint[], b bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN a IS NULL THEN b WHEN b IS NULL THEN a ELSE (
		SELECT array_agg((bucket << 32) + n ORDER BY bucket) FROM (
			SELECT packed >> 32 AS bucket, sum(packed & 4294967295)::bigint AS n FROM unnest(a || b) AS packed GROUP BY 1
		) AS added
	) END
$$;
--> statement-breakpoint
CREATE AGGREGATE "histogram_sum"(bigint[]) (SFUNC = histogram_add, STYPE = bigint[], PARALLEL = SAFE);
--> statement-breakpoint
-- the log so far is rolled up by the first job
INSERT INTO "request_stale_hours" ("project_id", "at", "from_calls")
SELECT DISTINCT "project_id", date_bin('1 hour', "received_at", 'epoch'::timestamptz), true FROM "requests";
