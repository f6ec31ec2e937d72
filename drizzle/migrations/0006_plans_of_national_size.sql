ALTER TABLE "sync_items" DROP CONSTRAINT "sync_items_session_id_record_id_signing_leaves_session_id_record_id_fk";
--> statement-breakpoint
ALTER TABLE "sync_items" DROP CONSTRAINT "sync_items_window_id_session_id_sync_window_sessions_window_id_session_id_fk";
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
