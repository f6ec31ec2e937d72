ALTER TABLE "sync_batches" ADD COLUMN "first_sent_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sync_windows" ADD COLUMN "last_batched_id" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "sync_batches" SET "first_sent_at" = uuid_extract_timestamp("idempotency_key") WHERE "sent_at" IS NOT NULL;
--> statement-breakpoint
UPDATE "sync_windows" w SET "last_batched_id" = coalesce((SELECT max(b."record_ids"[cardinality(b."record_ids")]) FROM "sync_batches" b WHERE b."window_id" = w."window_id"), 0);
