-- the log so far becomes the default partition of the new one; the boot moves its rows into weeks (db/request-weeks.ts)
ALTER TABLE "requests" RENAME TO "requests_default";--> statement-breakpoint
ALTER TABLE "requests_default" DROP CONSTRAINT "requests_pkey";--> statement-breakpoint
DROP INDEX "requests_project_idx";--> statement-breakpoint
DROP INDEX "requests_revision_idx";--> statement-breakpoint
CREATE TABLE "requests" (LIKE "requests_default") PARTITION BY RANGE ("received_at");--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_received_at_id_pk" PRIMARY KEY("received_at","id");--> statement-breakpoint
CREATE INDEX "requests_project_idx" ON "requests" USING btree ("project_id","received_at","id");--> statement-breakpoint
CREATE INDEX "requests_revision_idx" ON "requests" USING btree ("revision_id","received_at");--> statement-breakpoint
ALTER TABLE "requests" ATTACH PARTITION "requests_default" DEFAULT;--> statement-breakpoint
CREATE TABLE "request_attempts" (
	"received_at" timestamp with time zone NOT NULL,
	"request_id" text NOT NULL,
	"number" smallint NOT NULL,
	"project_id" text NOT NULL,
	"host_id" text NOT NULL,
	"started_ms" double precision NOT NULL,
	"ttft_ms" double precision,
	"queue_ms" double precision,
	"total_ms" double precision NOT NULL,
	"status" smallint NOT NULL,
	"error_code" text,
	"cost_usd_nanos" bigint,
	CONSTRAINT "request_attempts_received_at_request_id_number_pk" PRIMARY KEY("received_at","request_id","number")
) PARTITION BY RANGE ("received_at");
--> statement-breakpoint
CREATE TABLE "request_attempts_default" PARTITION OF "request_attempts" DEFAULT;
