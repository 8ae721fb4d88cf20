CREATE TABLE "idempotency_keys" (
	"project_id" text NOT NULL,
	"actor" text NOT NULL,
	"key" text NOT NULL,
	"endpoint" text NOT NULL,
	"body_sha256" text NOT NULL,
	"target_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_project_id_actor_key_pk" PRIMARY KEY("project_id","actor","key")
);
