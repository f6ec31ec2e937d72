CREATE TABLE "retries" (
	"retry_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_codes" text[],
	"reasons" text[],
	"set_sha256" "bytea" NOT NULL,
	"previewed_by" uuid NOT NULL,
	"previewed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp with time zone,
	"occurred_at" timestamp with time zone,
	"reason" text,
	"per_minute" smallint NOT NULL,
	"paused_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	CONSTRAINT "retries_confirmed_whole" CHECK (num_nulls("retries"."confirmed_by", "retries"."confirmed_at", "retries"."occurred_at", "retries"."reason") in (0, 4)),
	CONSTRAINT "retries_completed_confirmed" CHECK ("retries"."completed_at" is null or "retries"."confirmed_at" is not null),
	CONSTRAINT "retries_per_minute" CHECK ("retries"."per_minute" between 1 and 6000)
);
--> statement-breakpoint
CREATE TABLE "retry_items" (
	"retry_id" uuid NOT NULL,
	"window_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"parking_no" integer NOT NULL,
	"pending" integer NOT NULL,
	"reason" text NOT NULL,
	"outcome" text,
	"problem" text,
	"opens_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "retry_items_retry_id_window_id_pk" PRIMARY KEY("retry_id","window_id"),
	CONSTRAINT "retry_items_outcome" CHECK ("retry_items"."outcome" in ('retried', 'not-retried')),
	CONSTRAINT "retry_items_finished" CHECK (("retry_items"."outcome" is null) = ("retry_items"."finished_at" is null)),
	CONSTRAINT "retry_items_problem" CHECK (("retry_items"."outcome" is not distinct from 'not-retried') = ("retry_items"."problem" is not null))
);
--> statement-breakpoint
CREATE TABLE "verification_bodies" (
	"verification_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"checked" jsonb NOT NULL,
	"found" jsonb NOT NULL,
	"problem" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "verification_bodies_verification_id_locality_code_pk" PRIMARY KEY("verification_id","locality_code")
);
--> statement-breakpoint
CREATE TABLE "verification_findings" (
	"verification_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"finding_no" integer NOT NULL,
	"rule" text NOT NULL,
	"subject" text NOT NULL,
	"version_no" integer,
	"window_id" uuid,
	CONSTRAINT "verification_findings_verification_id_locality_code_finding_no_pk" PRIMARY KEY("verification_id","locality_code","finding_no")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"verification_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text,
	"window_id" uuid,
	"ordered_by" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone,
	CONSTRAINT "verifications_window_of_body" CHECK ("verifications"."window_id" is null or "verifications"."locality_code" is not null)
);
--> statement-breakpoint
ALTER TABLE "sync_batches" ADD COLUMN "split_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "retries" ADD CONSTRAINT "retries_campaign_id_campaigns_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("campaign_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retry_items" ADD CONSTRAINT "retry_items_retry_id_retries_retry_id_fk" FOREIGN KEY ("retry_id") REFERENCES "public"."retries"("retry_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retry_items" ADD CONSTRAINT "retry_items_window_id_locality_code_sync_windows_window_id_locality_code_fk" FOREIGN KEY ("window_id","locality_code") REFERENCES "public"."sync_windows"("window_id","locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification_bodies" ADD CONSTRAINT "verification_bodies_verification_id_verifications_verification_id_fk" FOREIGN KEY ("verification_id") REFERENCES "public"."verifications"("verification_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification_findings" ADD CONSTRAINT "verification_findings_verification_id_locality_code_verification_bodies_verification_id_locality_code_fk" FOREIGN KEY ("verification_id","locality_code") REFERENCES "public"."verification_bodies"("verification_id","locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_campaign_id_campaigns_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("campaign_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "retries_campaign" ON "retries" USING btree ("campaign_id","retry_id");--> statement-breakpoint
CREATE INDEX "verifications_campaign" ON "verifications" USING btree ("campaign_id","verification_id");--> statement-breakpoint
ALTER TABLE "sync_batches" ADD CONSTRAINT "sync_batches_one_end" CHECK (num_nonnulls("sync_batches"."answered_at", "sync_batches"."split_at") <= 1);