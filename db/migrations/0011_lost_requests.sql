CREATE TABLE "lost_requests" (
	"spool" text PRIMARY KEY NOT NULL,
	"rows" integer NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL
);
