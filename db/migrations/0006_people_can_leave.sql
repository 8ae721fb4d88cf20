CREATE TABLE "password_attempts" (
	"tried_hmac" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"locked_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "password_resets" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "password_resets_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "sign_in_attempts" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "sign_in_attempts" CASCADE;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "owner_id" text;--> statement-breakpoint
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "password_attempts_last_idx" ON "password_attempts" USING btree ("last_at");--> statement-breakpoint
CREATE INDEX "password_resets_user_idx" ON "password_resets" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_owner_idx" ON "api_keys" USING btree ("owner_id");
--> statement-breakpoint
UPDATE "api_keys" SET "owner_id" = "users"."id" FROM "users" WHERE "api_keys"."created_by" = 'user:' || "users"."id";--> statement-breakpoint
-- a key that was made with a key belongs to the same person
WITH RECURSIVE "made" AS (
  SELECT "id", "owner_id" FROM "api_keys" WHERE "owner_id" IS NOT NULL
  UNION SELECT "k"."id", "made"."owner_id" FROM "api_keys" "k" JOIN "made" ON "k"."created_by" = 'key:' || "made"."id"
) UPDATE "api_keys" SET "owner_id" = "made"."owner_id" FROM "made" WHERE "api_keys"."id" = "made"."id";
