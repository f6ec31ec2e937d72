CREATE TABLE "browser_sessions" (
	"id_sha256" "bytea" PRIMARY KEY NOT NULL,
	"subject" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_in_attempts" (
	"name_sha256" "bytea" PRIMARY KEY NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "browser_sessions" ADD CONSTRAINT "browser_sessions_subject_accounts_subject_fk" FOREIGN KEY ("subject") REFERENCES "public"."accounts"("subject") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "browser_sessions_last_used" ON "browser_sessions" USING btree ("last_used_at");--> statement-breakpoint
CREATE INDEX "log_in_attempts_since" ON "log_in_attempts" USING btree ("since");
--> statement-breakpoint
-- Browsers are told which tables changed, of which campaign and bodies where the rows say so, and fetch again what they show. One
-- look at the rows of a statement, however many; none on the tables of records.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format($query$
    SELECT pg_notify('changes', concat_ws(' ', %L, coalesce(campaign, '-'), coalesce(string_agg(code, ',' ORDER BY code), '-')))
    FROM (SELECT campaign, code, (row_number() OVER (PARTITION BY campaign ORDER BY code) - 1) / 200 AS part
      FROM (SELECT DISTINCT (%s)::text AS campaign, (%s)::text AS code FROM changed) AS named) AS parted
    GROUP BY campaign, code IS NULL, part$query$, tg_table_name, tg_argv[0], tg_argv[1]);
  RETURN NULL;
END $$;
--> statement-breakpoint
DO $$
DECLARE watched record; event text;
BEGIN
  FOR watched IN SELECT * FROM (VALUES
    ('locality_stages', 'campaign_id', 'locality_code'), ('sync_windows', 'campaign_id', 'locality_code'),
    ('retries', 'campaign_id', 'NULL'), ('retry_items', 'NULL', 'locality_code'), ('matching_runs', 'campaign_id', 'NULL'),
    ('attention_items', 'campaign_id', 'locality_code'), ('notices', 'campaign_id', 'locality_code'),
    ('intakes', 'NULL', 'locality_code'), ('clock_anchors', 'NULL', 'NULL')) AS named ("table", campaign, code)
  LOOP
    FOREACH event IN ARRAY ARRAY['insert', 'update'] LOOP
      EXECUTE format('CREATE TRIGGER %I AFTER %s ON %I REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION announce_change(%L, %L)',
        watched.table || '_announce_' || event, event, watched.table, watched.campaign, watched.code);
    END LOOP;
  END LOOP;
END $$;
