ALTER TABLE "sync_items" DROP CONSTRAINT "sync_items_session_id_record_id_signing_leaves_session_id_record_id_fk";
--> statement-breakpoint
ALTER TABLE "sync_items" DROP CONSTRAINT "sync_items_window_id_session_id_sync_window_sessions_window_id_session_id_fk";
--> statement-breakpoint
ALTER TABLE "sync_batches" ADD COLUMN "first_failed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sync_windows" ADD COLUMN "last_batched_id" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_windows" ADD COLUMN "accepted" integer;--> statement-breakpoint
ALTER TABLE "sync_windows" ADD COLUMN "rejected" integer;--> statement-breakpoint
CREATE INDEX "sync_items_record" ON "sync_items" USING btree ("record_id","version_no");--> statement-breakpoint
UPDATE "sync_batches" SET "first_failed_at" = "sent_at" WHERE "answered_at" IS NULL AND "answer_code" IS NOT NULL;
--> statement-breakpoint
UPDATE "sync_windows" w SET "last_batched_id" = coalesce((SELECT max(b."record_ids"[cardinality(b."record_ids")]) FROM "sync_batches" b WHERE b."window_id" = w."window_id"), 0);
--> statement-breakpoint
UPDATE "sync_windows" w SET ("accepted", "rejected") = (SELECT count(*) FILTER (WHERE "state" = 'a'), count(*) FILTER (WHERE "state" = 'r') FROM "sync_items" i WHERE i."window_id" = w."window_id") WHERE "completed_at" IS NOT NULL;
--> statement-breakpoint
ALTER TABLE "sync_windows" ADD CONSTRAINT "sync_windows_counted" CHECK (num_nonnulls("sync_windows"."completed_at", "sync_windows"."accepted", "sync_windows"."rejected") in (0, 3));
--> statement-breakpoint
-- As the other keys of the bulk path: known to the planner and to `verify`, not paid for on every row.
ALTER TABLE "sync_items" ADD CONSTRAINT "sync_items_leaf" FOREIGN KEY ("session_id", "record_id") REFERENCES "signing_leaves" ("session_id", "record_id") NOT ENFORCED;
--> statement-breakpoint
ALTER TABLE "sync_items" ADD CONSTRAINT "sync_items_session" FOREIGN KEY ("window_id", "session_id") REFERENCES "sync_window_sessions" ("window_id", "session_id") NOT ENFORCED;
--> statement-breakpoint
-- A body, session or window that came since the last ANALYZE would be thought to have no rows, and would be read again for
-- every page of it. Without statistics the planner takes it to be an average one.
ALTER TABLE "records" ALTER COLUMN "locality_code" SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE "signing_leaves" ALTER COLUMN "session_id" SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE "sync_items" ALTER COLUMN "window_id" SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE "sync_items" ALTER COLUMN "session_id" SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE "matching_state" ALTER COLUMN "locality_code" SET STATISTICS 0;
