-- What the schema files can not say: temporal keys, exclusion, capacity counters, storage, the audit chain.
CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
-- A code lives once at a time, under a parent that lives at least as long.
ALTER TABLE "units" ADD CONSTRAINT "units_one_life" PRIMARY KEY ("code", "valid" WITHOUT OVERLAPS);
--> statement-breakpoint
ALTER TABLE "units" ADD CONSTRAINT "units_parent_alive" FOREIGN KEY ("parent_code", PERIOD "valid") REFERENCES "units" ("code", PERIOD "valid");
--> statement-breakpoint
ALTER TABLE "intake_pages" ALTER COLUMN "body" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "record_contents" ALTER COLUMN "sealed" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "records" SET (fillfactor = 85);
--> statement-breakpoint
ALTER TABLE "sync_items" SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE "matching_state" SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE "locality_stages" SET (fillfactor = 80);
--> statement-breakpoint
-- Keys of the bulk path: known to the planner and to `verify`, not paid for on every row.
ALTER TABLE "record_contents" ADD CONSTRAINT "record_contents_record" FOREIGN KEY ("record_id") REFERENCES "records" NOT ENFORCED;
--> statement-breakpoint
ALTER TABLE "record_contents" ADD CONSTRAINT "record_contents_page" FOREIGN KEY ("intake_id", "page_no") REFERENCES "intake_pages" NOT ENFORCED;
--> statement-breakpoint
ALTER TABLE "record_versions" ADD CONSTRAINT "record_versions_content" FOREIGN KEY ("record_id", "content_no") REFERENCES "record_contents" NOT ENFORCED;
--> statement-breakpoint
ALTER TABLE "records" ADD CONSTRAINT "records_current_version" FOREIGN KEY ("record_id", "current_no") REFERENCES "record_versions" NOT ENFORCED;
--> statement-breakpoint
ALTER TABLE "records" ADD CONSTRAINT "records_source" FOREIGN KEY ("source_id", "locality_code") REFERENCES "source_systems" ("source_id", "locality_code") NOT ENFORCED;
--> statement-breakpoint
-- The same bytes again are answered with the first intake, unless a later intake of that source exists: asked by the store.
CREATE INDEX "intakes_same_bytes" ON "intakes" ("source_id", "sha256") WHERE "received_at" IS NOT NULL;
--> statement-breakpoint
-- One open discrepancy per record and field.
CREATE UNIQUE INDEX "discrepancies_one_open" ON "discrepancies" ("record_id", "field") WHERE "closed_on" IS NULL;
--> statement-breakpoint
ALTER TABLE "sync_slots" ADD CONSTRAINT "sync_slots_whole_hours" CHECK (extract(epoch FROM lower("during")) % 3600 = 0 AND extract(epoch FROM upper("during")) % 3600 = 0 AND NOT isempty("during"));
--> statement-breakpoint
ALTER TABLE "sync_slots" ADD CONSTRAINT "sync_slots_one_at_a_time" EXCLUDE USING gist ("campaign_id" WITH =, "locality_code" WITH =, "during" WITH &&) WHERE ("cancelled_at" IS NULL);
--> statement-breakpoint
-- A confirmed slot takes its share of each of its hours, in hour order, so that two bookings can not deadlock or pass together.
CREATE FUNCTION sync_slots_take() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE share record;
BEGIN
  FOR share IN
    SELECT hour, sum(sign)::int AS bodies, sum(sign * rate)::int AS records, max(campaign::text)::uuid AS campaign FROM (
      SELECT old.campaign_id AS campaign, -1 AS sign, old.records_per_hour AS rate,
             generate_series(lower(old.during), upper(old.during) - interval '1 hour', '1 hour') AS hour
        WHERE tg_op <> 'INSERT' AND old.confirmed_at IS NOT NULL AND old.cancelled_at IS NULL
      UNION ALL
      SELECT new.campaign_id, 1, new.records_per_hour,
             generate_series(lower(new.during), upper(new.during) - interval '1 hour', '1 hour')
        WHERE tg_op <> 'DELETE' AND new.confirmed_at IS NOT NULL AND new.cancelled_at IS NULL) AS moved
    GROUP BY hour HAVING sum(sign) <> 0 OR sum(sign * rate) <> 0 ORDER BY hour
  LOOP
    UPDATE sync_capacity SET bodies = bodies + share.bodies, records = records + share.records
      WHERE campaign_id = share.campaign AND hour = share.hour;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'slot outside the window' USING errcode = '23514', constraint = 'sync_slots_inside_window';
    END IF;
  END LOOP;
  RETURN coalesce(new, old);
END $$;
--> statement-breakpoint
CREATE TRIGGER sync_slots_take BEFORE INSERT OR UPDATE OR DELETE ON "sync_slots" FOR EACH ROW EXECUTE FUNCTION sync_slots_take();
--> statement-breakpoint
-- The only way into the audit: advances the scope's chain and adds the entry, in one statement, the last before commit.
CREATE FUNCTION audit_append(scope_ text, actor_ uuid, action_ text, subject_ text, detail_ jsonb, occurred_at_ timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE at timestamptz := clock_timestamp(); entry_leaf bytea; number bigint; link bytea;
BEGIN
  entry_leaf := sha256(convert_to(jsonb_build_object('scope', scope_, 'at', extract(epoch FROM at), 'occurred', extract(epoch FROM occurred_at_),
    'actor', actor_, 'action', action_, 'subject', subject_, 'detail', detail_)::text, 'UTF8'));
  INSERT INTO audit_heads AS head (scope, sequence, chain) VALUES (scope_, 1, sha256(entry_leaf))
    ON CONFLICT (scope) DO UPDATE SET sequence = head.sequence + 1, chain = sha256(head.chain || entry_leaf)
    RETURNING head.sequence, head.chain INTO number, link;
  INSERT INTO audit_entries (scope, sequence, recorded_at, occurred_at, actor, action, subject, detail, leaf, chain)
    VALUES (scope_, number, at, occurred_at_, actor_, action_, subject_, detail_, entry_leaf, link);
  RETURN number;
END $$;
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append only', tg_table_name USING errcode = '42501'; END $$;
--> statement-breakpoint
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER clock_anchors_append_only BEFORE UPDATE OR DELETE ON "clock_anchors" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Whoever starts processes is woken at once; a sweep finds what a lost notification left.
CREATE FUNCTION announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify(tg_argv[0], ''); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER process_starts_announce AFTER INSERT ON "process_starts" FOR EACH STATEMENT EXECUTE FUNCTION announce('process_starts');
--> statement-breakpoint
CREATE TRIGGER notices_announce AFTER INSERT ON "notices" FOR EACH STATEMENT EXECUTE FUNCTION announce('notices');
