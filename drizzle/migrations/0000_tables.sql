CREATE TABLE "accounts" (
	"subject" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"password_salt" "bytea" NOT NULL,
	"password_hash" "bytea" NOT NULL,
	"cost" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "accounts_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "api_credentials" (
	"credential_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"subject" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"secret_sha256" "bytea" NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"cancelled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"grant_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"subject" uuid NOT NULL,
	"role" text NOT NULL,
	"locality_code" text,
	"valid_from" timestamp with time zone DEFAULT now() NOT NULL,
	"valid_to" timestamp with time zone,
	"granted_by" uuid,
	"approved_by" uuid,
	"document_no" text NOT NULL,
	CONSTRAINT "grants_two_persons" CHECK ("grants"."granted_by" <> "grants"."approved_by"),
	CONSTRAINT "grants_scope" CHECK (("grants"."role" in ('locality-officer', 'locality-signer', 'machine')) = ("grants"."locality_code" is not null))
);
--> statement-breakpoint
CREATE TABLE "http_requests" (
	"subject" uuid NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"request_sha256" "bytea" NOT NULL,
	"operation_id" uuid DEFAULT uuidv7() NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone,
	"status" smallint,
	"response" text,
	CONSTRAINT "http_requests_subject_route_key_pk" PRIMARY KEY("subject","route","key"),
	CONSTRAINT "http_requests_answer" CHECK (("http_requests"."status" is null) = ("http_requests"."response" is null))
);
--> statement-breakpoint
CREATE TABLE "attention_items" (
	"item_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid,
	"locality_code" text,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"parking_no" integer DEFAULT 0 NOT NULL,
	"reason" text NOT NULL,
	"choices" text[] NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" uuid,
	"resolution" text
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"scope" text NOT NULL,
	"sequence" bigint NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"occurred_at" timestamp with time zone,
	"actor" uuid,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb NOT NULL,
	"leaf" "bytea" NOT NULL,
	"chain" "bytea" NOT NULL,
	CONSTRAINT "audit_entries_scope_sequence_pk" PRIMARY KEY("scope","sequence")
);
--> statement-breakpoint
CREATE TABLE "audit_heads" (
	"scope" text PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL,
	"chain" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calendar_days" (
	"day" date PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name_vi" text NOT NULL,
	"name_en" text NOT NULL,
	"source" text NOT NULL,
	"confirmed" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaign_amendments" (
	"amendment_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"stage" text NOT NULL,
	"named_date" date NOT NULL,
	"inclusive" boolean NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"locality_codes" text[],
	"reason" text NOT NULL,
	"document_no" text NOT NULL,
	"ordered_by" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "campaign_stages" (
	"campaign_id" uuid NOT NULL,
	"stage" text NOT NULL,
	"named_date" date NOT NULL,
	"inclusive" boolean NOT NULL,
	"day_off_policy" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"legal_document" text NOT NULL,
	CONSTRAINT "campaign_stages_campaign_id_stage_pk" PRIMARY KEY("campaign_id","stage")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"campaign_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"template" text NOT NULL,
	"title_vi" text NOT NULL,
	"title_en" text NOT NULL,
	"legal_document" text NOT NULL,
	"settings" jsonb NOT NULL,
	"launched_by" uuid NOT NULL,
	"launched_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"cancelled_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	CONSTRAINT "campaigns_end_once" CHECK (num_nonnulls("campaigns"."cancelled_at", "campaigns"."closed_at") <= 1)
);
--> statement-breakpoint
CREATE TABLE "daily_reports" (
	"campaign_id" uuid NOT NULL,
	"day" date NOT NULL,
	"summary" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "daily_reports_campaign_id_day_pk" PRIMARY KEY("campaign_id","day")
);
--> statement-breakpoint
CREATE TABLE "process_starts" (
	"process_id" text PRIMARY KEY NOT NULL,
	"workflow" text NOT NULL,
	"campaign_id" uuid,
	"locality_code" text,
	"input" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "second_person_orders" (
	"order_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"details" jsonb NOT NULL,
	"ordered_by" uuid NOT NULL,
	"ordered_at" timestamp with time zone DEFAULT now() NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "clock_anchors" (
	"anchor_no" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "clock_anchors_anchor_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"real_at" timestamp with time zone NOT NULL,
	"campaign_at" timestamp with time zone NOT NULL,
	"speed" double precision NOT NULL,
	"running_speed" double precision NOT NULL,
	"cause" text NOT NULL,
	"actor" uuid
);
--> statement-breakpoint
CREATE TABLE "clock_holds" (
	"name" text PRIMARY KEY NOT NULL,
	"clear_until" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"single" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"mode" text NOT NULL,
	"key_check" "bytea" NOT NULL,
	"last_alive_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installation_single" CHECK ("installation"."single"),
	CONSTRAINT "installation_mode" CHECK ("installation"."mode" in ('live', 'rehearsal'))
);
--> statement-breakpoint
CREATE TABLE "connection_keys" (
	"key_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"locality_code" text NOT NULL,
	"source_id" integer NOT NULL,
	"secret_sealed" "bytea",
	"secret_sha256" "bytea" NOT NULL,
	"issued_by" uuid NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"activated_by" uuid,
	"activated_at" timestamp with time zone,
	"cancelled_by" uuid,
	"cancelled_at" timestamp with time zone,
	"confirmed_at" timestamp with time zone,
	CONSTRAINT "connection_keys_secret_sha256_unique" UNIQUE("secret_sha256"),
	CONSTRAINT "connection_keys_two_persons" CHECK ("connection_keys"."activated_by" <> "connection_keys"."issued_by"),
	CONSTRAINT "connection_keys_activated_by" CHECK (("connection_keys"."activated_at" is null) = ("connection_keys"."activated_by" is null)),
	CONSTRAINT "connection_keys_cancelled_by" CHECK (("connection_keys"."cancelled_at" is null) = ("connection_keys"."cancelled_by" is null)),
	CONSTRAINT "connection_keys_secret_of_active" CHECK ("connection_keys"."activated_at" is null or "connection_keys"."secret_sealed" is not null)
);
--> statement-breakpoint
CREATE TABLE "campaign_localities" (
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"left_at" timestamp with time zone,
	"sequence" bigint DEFAULT 0 NOT NULL,
	"open_stage" text,
	"held" boolean DEFAULT false NOT NULL,
	"next_at" timestamp with time zone,
	CONSTRAINT "campaign_localities_campaign_id_locality_code_pk" PRIMARY KEY("campaign_id","locality_code")
);
--> statement-breakpoint
CREATE TABLE "localities" (
	"locality_code" text PRIMARY KEY NOT NULL,
	"name_vi" text NOT NULL,
	"name_en" text NOT NULL,
	"kind" text NOT NULL,
	"region" text NOT NULL,
	"gso_code" text,
	CONSTRAINT "localities_code" CHECK ("localities"."locality_code" ~ '^[A-Z][0-9]{2}$')
);
--> statement-breakpoint
CREATE TABLE "locality_predecessors" (
	"locality_code" text NOT NULL,
	"code" text NOT NULL,
	"name_vi" text NOT NULL,
	"gso_code" text,
	"personal_id_prefix" text,
	CONSTRAINT "locality_predecessors_locality_code_code_pk" PRIMARY KEY("locality_code","code")
);
--> statement-breakpoint
CREATE TABLE "locality_stages" (
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"stage" text NOT NULL,
	"stage_no" smallint NOT NULL,
	"sequence" bigint NOT NULL,
	"state" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone,
	"submitted_at" timestamp with time zone,
	"done_at" timestamp with time zone,
	"on_time" boolean,
	"overdue_since" timestamp with time zone,
	"letters" integer DEFAULT 0 NOT NULL,
	"blockers" text[] DEFAULT '{}' NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "locality_stages_campaign_id_locality_code_stage_pk" PRIMARY KEY("campaign_id","locality_code","stage"),
	CONSTRAINT "locality_stages_state" CHECK ("locality_stages"."state" in ('waiting', 'open', 'submitted', 'approved', 'done')),
	CONSTRAINT "locality_stages_done" CHECK (("locality_stages"."state" = 'done') = ("locality_stages"."done_at" is not null)),
	CONSTRAINT "locality_stages_on_time" CHECK (("locality_stages"."done_at" is null) = ("locality_stages"."on_time" is null))
);
--> statement-breakpoint
CREATE TABLE "stage_acts" (
	"act_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"stage" text,
	"kind" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" uuid NOT NULL,
	"reason" text,
	"document_no" text,
	"to_date" date,
	"effective_sequence" bigint
);
--> statement-breakpoint
CREATE TABLE "discrepancies" (
	"discrepancy_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"record_id" bigint NOT NULL,
	"unit_code" text NOT NULL,
	"field" text NOT NULL,
	"verdict" smallint NOT NULL,
	"version_no" integer NOT NULL,
	"opened_on" date NOT NULL,
	"last_seen_on" date NOT NULL,
	"review_due_on" date NOT NULL,
	"correction_due_on" date NOT NULL,
	"closed_on" date,
	"closed_how" text,
	CONSTRAINT "discrepancies_closed" CHECK (("discrepancies"."closed_on" is null) = ("discrepancies"."closed_how" is null))
);
--> statement-breakpoint
CREATE TABLE "matching_days" (
	"campaign_id" uuid NOT NULL,
	"day" date NOT NULL,
	"locality_code" text NOT NULL,
	"state" text NOT NULL,
	"rules_no" integer NOT NULL,
	"in_scope" integer NOT NULL,
	"asked" integer NOT NULL,
	"matched" integer NOT NULL,
	"changed" integer NOT NULL,
	"reason" text,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "matching_days_campaign_id_locality_code_day_pk" PRIMARY KEY("campaign_id","locality_code","day"),
	CONSTRAINT "matching_days_state" CHECK ("matching_days"."state" in ('done', 'failed')),
	CONSTRAINT "matching_days_reason" CHECK (("matching_days"."state" = 'failed') = ("matching_days"."reason" is not null))
);
--> statement-breakpoint
CREATE TABLE "matching_ledger" (
	"record_id" bigint NOT NULL,
	"from_day" date NOT NULL,
	"locality_code" text NOT NULL,
	"version_no" integer NOT NULL,
	"verdict" smallint NOT NULL,
	"fields" smallint DEFAULT 0 NOT NULL,
	"rules_no" integer NOT NULL,
	"answer" "bytea",
	CONSTRAINT "matching_ledger_record_id_from_day_pk" PRIMARY KEY("record_id","from_day")
);
--> statement-breakpoint
CREATE TABLE "matching_requests" (
	"request_id" text PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"day" date NOT NULL,
	"locality_code" text NOT NULL,
	"officer_code" text NOT NULL,
	"asked" integer NOT NULL,
	"answered" integer,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "matching_runs" (
	"run_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"day" date NOT NULL,
	"cause" text NOT NULL,
	"ordered_by" uuid,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "matching_runs_one_per_day" UNIQUE("campaign_id","day"),
	CONSTRAINT "matching_runs_cause" CHECK ("matching_runs"."cause" in ('schedule', 'day-loop', 'person', 'gap-fill'))
);
--> statement-breakpoint
CREATE TABLE "matching_state" (
	"record_id" bigint PRIMARY KEY NOT NULL,
	"locality_code" text NOT NULL,
	"version_no" integer NOT NULL,
	"verdict" smallint NOT NULL,
	"fields" smallint NOT NULL,
	"since_day" date NOT NULL,
	"checked_day" date NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"notice_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"stage" text NOT NULL,
	"kind" text NOT NULL,
	"number" integer,
	"occasion" text NOT NULL,
	"recipient" text NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"on_day" date NOT NULL,
	"new_date" date,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp with time zone,
	CONSTRAINT "notices_once" UNIQUE("campaign_id","locality_code","stage","occasion")
);
--> statement-breakpoint
CREATE TABLE "intake_pages" (
	"intake_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"page_no" integer NOT NULL,
	"first_line" integer NOT NULL,
	"rows" integer NOT NULL,
	"body" "bytea" NOT NULL,
	"converted_at" timestamp with time zone,
	"tree_id" uuid,
	"outcome" text,
	"warnings" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "intake_pages_intake_id_page_no_pk" PRIMARY KEY("intake_id","page_no"),
	CONSTRAINT "intake_pages_rows" CHECK ("intake_pages"."rows" between 1 and 5000),
	CONSTRAINT "intake_pages_converted" CHECK (("intake_pages"."converted_at" is null) = ("intake_pages"."outcome" is null)),
	CONSTRAINT "intake_pages_each_line_once" CHECK (length("intake_pages"."outcome") = "intake_pages"."rows"),
	CONSTRAINT "intake_pages_outcome" CHECK ("intake_pages"."outcome" ~ '^[AUR]+$')
);
--> statement-breakpoint
CREATE TABLE "intake_rejects" (
	"intake_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"page_no" integer NOT NULL,
	"row_no" integer NOT NULL,
	"line" integer NOT NULL,
	"fields" text[] NOT NULL,
	"rules" text[] NOT NULL,
	CONSTRAINT "intake_rejects_intake_id_line_pk" PRIMARY KEY("intake_id","line"),
	CONSTRAINT "intake_rejects_reasons" CHECK (cardinality("intake_rejects"."rules") > 0 and cardinality("intake_rejects"."rules") = cardinality("intake_rejects"."fields"))
);
--> statement-breakpoint
CREATE TABLE "intake_warnings" (
	"intake_id" uuid NOT NULL,
	"page_no" integer NOT NULL,
	"locality_code" text NOT NULL,
	"rule" text NOT NULL,
	"lines" smallint NOT NULL,
	CONSTRAINT "intake_warnings_intake_id_page_no_rule_pk" PRIMARY KEY("intake_id","page_no","rule")
);
--> statement-breakpoint
CREATE TABLE "intakes" (
	"intake_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"locality_code" text NOT NULL,
	"source_id" integer NOT NULL,
	"uploaded_by" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"header" text[] NOT NULL,
	"delimiter" text NOT NULL,
	"sha256" "bytea",
	"rows" integer,
	"pages" integer,
	"received_at" timestamp with time zone,
	"converted_at" timestamp with time zone,
	"parked_at" timestamp with time zone,
	CONSTRAINT "intakes_of_locality" UNIQUE("intake_id","locality_code"),
	CONSTRAINT "intakes_received_whole" CHECK (num_nulls("intakes"."received_at", "intakes"."sha256", "intakes"."rows", "intakes"."pages") in (0, 4)),
	CONSTRAINT "intakes_converted_after_received" CHECK ("intakes"."converted_at" is null or "intakes"."received_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "record_contents" (
	"record_id" bigint NOT NULL,
	"content_no" integer NOT NULL,
	"locality_code" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"intake_id" uuid NOT NULL,
	"page_no" integer NOT NULL,
	"line" integer NOT NULL,
	CONSTRAINT "record_contents_record_id_content_no_pk" PRIMARY KEY("record_id","content_no"),
	CONSTRAINT "record_contents_hash" CHECK (octet_length("record_contents"."content_hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "record_versions" (
	"record_id" bigint NOT NULL,
	"version_no" integer NOT NULL,
	"previous_no" integer GENERATED ALWAYS AS (nullif(version_no - 1, 0)) STORED,
	"content_no" integer NOT NULL,
	"locality_code" text NOT NULL,
	"unit_code" text NOT NULL,
	"leaf" "bytea" NOT NULL,
	"cause" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_versions_record_id_version_no_pk" PRIMARY KEY("record_id","version_no"),
	CONSTRAINT "record_versions_no" CHECK ("record_versions"."version_no" > 0),
	CONSTRAINT "record_versions_leaf" CHECK (octet_length("record_versions"."leaf") = 32),
	CONSTRAINT "record_versions_cause" CHECK ("record_versions"."cause" in ('intake', 'correction', 'recoding'))
);
--> statement-breakpoint
CREATE TABLE "records" (
	"record_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "records_record_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"locality_code" text NOT NULL,
	"source_id" integer NOT NULL,
	"record_code" text NOT NULL,
	"salt" "bytea" NOT NULL,
	"current_no" integer NOT NULL,
	"unit_code" text NOT NULL,
	"personal_id_hash" "bytea" NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"leaf" "bytea" NOT NULL,
	CONSTRAINT "records_source_code" UNIQUE("source_id","record_code"),
	CONSTRAINT "records_salt" CHECK (octet_length("records"."salt") = 16)
);
--> statement-breakpoint
CREATE TABLE "signatures" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"locality_code" text NOT NULL,
	"cms" "bytea" NOT NULL,
	"certificate_sha256" "bytea" NOT NULL,
	"timestamp_token" "bytea",
	"verified_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_leaves" (
	"session_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"record_id" bigint NOT NULL,
	"version_no" integer NOT NULL,
	"leaf" "bytea" NOT NULL,
	CONSTRAINT "signing_leaves_session_id_record_id_pk" PRIMARY KEY("session_id","record_id")
);
--> statement-breakpoint
CREATE TABLE "signing_sessions" (
	"session_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"opened_by" uuid NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"frozen_at" timestamp with time zone,
	"leaves" integer,
	"root" "bytea",
	"manifest" text,
	"ordered_at" timestamp with time zone,
	"ordered_by" uuid,
	"parked_at" timestamp with time zone,
	"signed_at" timestamp with time zone,
	"abandoned_at" timestamp with time zone,
	CONSTRAINT "signing_sessions_frozen" CHECK (num_nulls("signing_sessions"."frozen_at", "signing_sessions"."leaves", "signing_sessions"."root", "signing_sessions"."manifest") in (0, 4)),
	CONSTRAINT "signing_sessions_signed_frozen" CHECK ("signing_sessions"."signed_at" is null or "signing_sessions"."frozen_at" is not null),
	CONSTRAINT "signing_sessions_one_end" CHECK (num_nonnulls("signing_sessions"."signed_at", "signing_sessions"."abandoned_at") <= 1)
);
--> statement-breakpoint
CREATE TABLE "key_administrators" (
	"administrator_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"locality_code" text NOT NULL,
	"personal" "bytea" NOT NULL,
	"named_by" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "software_assessments" (
	"assessment_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"source_id" integer NOT NULL,
	"locality_code" text NOT NULL,
	"criteria_version" text NOT NULL,
	"findings" jsonb NOT NULL,
	"passed" boolean NOT NULL,
	"assessed_by" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "software_choices" (
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"source_id" integer NOT NULL,
	"scenario" text NOT NULL,
	"chosen_by" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	CONSTRAINT "software_choices_campaign_id_locality_code_pk" PRIMARY KEY("campaign_id","locality_code"),
	CONSTRAINT "software_choices_scenario" CHECK ("software_choices"."scenario" in ('one-predecessor', 'same-vendor', 'several-vendors', 'new-software'))
);
--> statement-breakpoint
CREATE TABLE "source_systems" (
	"source_id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "source_systems_source_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"locality_code" text NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"vendor" text NOT NULL,
	"predecessor_code" text NOT NULL,
	"registered_by" uuid NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "source_systems_code_unique" UNIQUE("code"),
	CONSTRAINT "source_systems_locality" UNIQUE("source_id","locality_code")
);
--> statement-breakpoint
CREATE TABLE "sync_capacity" (
	"campaign_id" uuid NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"bodies_max" integer NOT NULL,
	"records_max" integer NOT NULL,
	"bodies" integer DEFAULT 0 NOT NULL,
	"records" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "sync_capacity_campaign_id_hour_pk" PRIMARY KEY("campaign_id","hour"),
	CONSTRAINT "sync_capacity_bodies" CHECK ("sync_capacity"."bodies" between 0 and "sync_capacity"."bodies_max"),
	CONSTRAINT "sync_capacity_records" CHECK ("sync_capacity"."records" between 0 and "sync_capacity"."records_max")
);
--> statement-breakpoint
CREATE TABLE "sync_slots" (
	"slot_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"kind" text NOT NULL,
	"day" date NOT NULL,
	"during" "tstzrange" NOT NULL,
	"records_per_hour" integer NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp with time zone NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp with time zone,
	"cancelled_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_slots_kind" CHECK ("sync_slots"."kind" in ('campaign', 'delta')),
	CONSTRAINT "sync_slots_rate" CHECK ("sync_slots"."records_per_hour" > 0),
	CONSTRAINT "sync_slots_two_persons" CHECK ("sync_slots"."confirmed_by" <> "sync_slots"."proposed_by")
);
--> statement-breakpoint
CREATE TABLE "sync_batches" (
	"window_id" uuid NOT NULL,
	"batch_no" integer NOT NULL,
	"locality_code" text NOT NULL,
	"idempotency_key" uuid DEFAULT uuidv7() NOT NULL,
	"record_ids" bigint[] NOT NULL,
	"body_sha256" "bytea",
	"attempts" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp with time zone,
	"answered_at" timestamp with time zone,
	"answer_code" integer,
	CONSTRAINT "sync_batches_window_id_batch_no_pk" PRIMARY KEY("window_id","batch_no"),
	CONSTRAINT "sync_batches_idempotency_key_unique" UNIQUE("idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "sync_items" (
	"window_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"record_id" bigint NOT NULL,
	"version_no" integer NOT NULL,
	"session_id" uuid NOT NULL,
	"repair_no" smallint DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'p' NOT NULL,
	"batch_no" integer,
	"receipt" uuid,
	"reason" text,
	CONSTRAINT "sync_items_window_id_record_id_pk" PRIMARY KEY("window_id","record_id"),
	CONSTRAINT "sync_items_version_once" UNIQUE("session_id","record_id","repair_no"),
	CONSTRAINT "sync_items_state" CHECK ("sync_items"."state" in ('p', 'a', 'r')),
	CONSTRAINT "sync_items_rejected_with_reason" CHECK (("sync_items"."state" = 'r') = ("sync_items"."reason" is not null)),
	CONSTRAINT "sync_items_accepted_with_receipt" CHECK ("sync_items"."state" <> 'a' or num_nulls("sync_items"."receipt", "sync_items"."batch_no") = 0),
	CONSTRAINT "sync_items_pending_without_receipt" CHECK ("sync_items"."state" <> 'p' or "sync_items"."receipt" is null)
);
--> statement-breakpoint
CREATE TABLE "sync_window_sessions" (
	"window_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	CONSTRAINT "sync_window_sessions_window_id_session_id_pk" PRIMARY KEY("window_id","session_id")
);
--> statement-breakpoint
CREATE TABLE "sync_windows" (
	"window_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"locality_code" text NOT NULL,
	"slot_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"opens_at" timestamp with time zone NOT NULL,
	"closes_at" timestamp with time zone NOT NULL,
	"prepared_at" timestamp with time zone,
	"items" integer,
	"lease" bigint DEFAULT 0 NOT NULL,
	"round" integer DEFAULT 0 NOT NULL,
	"parked_at" timestamp with time zone,
	"parking_no" integer DEFAULT 0 NOT NULL,
	"parked_reason" text,
	"completed_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_windows_slot_id_unique" UNIQUE("slot_id"),
	CONSTRAINT "sync_windows_of_locality" UNIQUE("window_id","locality_code"),
	CONSTRAINT "sync_windows_parked" CHECK (("sync_windows"."parked_at" is null) = ("sync_windows"."parked_reason" is null)),
	CONSTRAINT "sync_windows_kind" CHECK ("sync_windows"."kind" in ('campaign', 'delta'))
);
--> statement-breakpoint
CREATE TABLE "unit_successors" (
	"locality_code" text NOT NULL,
	"code" text NOT NULL,
	"closed_on" date NOT NULL,
	"successor_code" text NOT NULL,
	CONSTRAINT "unit_successors_locality_code_code_successor_code_pk" PRIMARY KEY("locality_code","code","successor_code")
);
--> statement-breakpoint
CREATE TABLE "unit_trees" (
	"tree_id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"locality_code" text NOT NULL,
	"version" integer NOT NULL,
	"sha256" "bytea" NOT NULL,
	"units" jsonb NOT NULL,
	"unit_count" integer NOT NULL,
	"uploaded_by" uuid NOT NULL,
	"uploaded_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"confirmed_at" timestamp with time zone,
	"refused_at" timestamp with time zone,
	"refusal_reasons" text[],
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "unit_trees_version" UNIQUE("locality_code","version"),
	CONSTRAINT "unit_trees_confirmed_after_accepted" CHECK ("unit_trees"."confirmed_at" is null or "unit_trees"."accepted_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "units" (
	"code" text NOT NULL,
	"valid" daterange NOT NULL,
	"locality_code" text NOT NULL,
	"parent_code" text,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"closed_reason" text,
	"tree_id" uuid NOT NULL,
	CONSTRAINT "units_code" CHECK ("units"."code" ~ '^[A-Z][0-9]{2}([.][0-9A-Z]+)*$' and length("units"."code") <= 35),
	CONSTRAINT "units_own_code" CHECK ("units"."code" = "units"."locality_code" or "units"."code" like "units"."locality_code" || '.%'),
	CONSTRAINT "units_parent_is_prefix" CHECK ("units"."code" like "units"."parent_code" || '.%'),
	CONSTRAINT "units_valid" CHECK (not isempty("units"."valid"))
);
--> statement-breakpoint
ALTER TABLE "campaign_amendments" ADD CONSTRAINT "campaign_amendments_campaign_id_campaigns_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("campaign_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_stages" ADD CONSTRAINT "campaign_stages_campaign_id_campaigns_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("campaign_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "daily_reports" ADD CONSTRAINT "daily_reports_campaign_id_campaigns_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("campaign_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connection_keys" ADD CONSTRAINT "connection_keys_source_id_source_systems_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."source_systems"("source_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_localities" ADD CONSTRAINT "campaign_localities_campaign_id_campaigns_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("campaign_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_localities" ADD CONSTRAINT "campaign_localities_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "locality_predecessors" ADD CONSTRAINT "locality_predecessors_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "intake_pages" ADD CONSTRAINT "intake_pages_intake_id_locality_code_intakes_intake_id_locality_code_fk" FOREIGN KEY ("intake_id","locality_code") REFERENCES "public"."intakes"("intake_id","locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "intake_rejects" ADD CONSTRAINT "intake_rejects_intake_id_page_no_intake_pages_intake_id_page_no_fk" FOREIGN KEY ("intake_id","page_no") REFERENCES "public"."intake_pages"("intake_id","page_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "intake_warnings" ADD CONSTRAINT "intake_warnings_intake_id_page_no_intake_pages_intake_id_page_no_fk" FOREIGN KEY ("intake_id","page_no") REFERENCES "public"."intake_pages"("intake_id","page_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "intakes" ADD CONSTRAINT "intakes_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "intakes" ADD CONSTRAINT "intakes_source_id_source_systems_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."source_systems"("source_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "record_versions" ADD CONSTRAINT "record_versions_dense" FOREIGN KEY ("record_id","previous_no") REFERENCES "public"."record_versions"("record_id","version_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signatures" ADD CONSTRAINT "signatures_session_id_signing_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."signing_sessions"("session_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signing_leaves" ADD CONSTRAINT "signing_leaves_session_id_signing_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."signing_sessions"("session_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signing_leaves" ADD CONSTRAINT "signing_leaves_record_id_version_no_record_versions_record_id_version_no_fk" FOREIGN KEY ("record_id","version_no") REFERENCES "public"."record_versions"("record_id","version_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_administrators" ADD CONSTRAINT "key_administrators_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_assessments" ADD CONSTRAINT "software_assessments_source_id_source_systems_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."source_systems"("source_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_choices" ADD CONSTRAINT "software_choices_source_id_source_systems_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."source_systems"("source_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_systems" ADD CONSTRAINT "source_systems_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_batches" ADD CONSTRAINT "sync_batches_window_id_sync_windows_window_id_fk" FOREIGN KEY ("window_id") REFERENCES "public"."sync_windows"("window_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_items" ADD CONSTRAINT "sync_items_session_id_record_id_signing_leaves_session_id_record_id_fk" FOREIGN KEY ("session_id","record_id") REFERENCES "public"."signing_leaves"("session_id","record_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_items" ADD CONSTRAINT "sync_items_window_id_session_id_sync_window_sessions_window_id_session_id_fk" FOREIGN KEY ("window_id","session_id") REFERENCES "public"."sync_window_sessions"("window_id","session_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_window_sessions" ADD CONSTRAINT "sync_window_sessions_window_id_sync_windows_window_id_fk" FOREIGN KEY ("window_id") REFERENCES "public"."sync_windows"("window_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_window_sessions" ADD CONSTRAINT "sync_window_sessions_session_id_signatures_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."signatures"("session_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_windows" ADD CONSTRAINT "sync_windows_slot_id_sync_slots_slot_id_fk" FOREIGN KEY ("slot_id") REFERENCES "public"."sync_slots"("slot_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unit_trees" ADD CONSTRAINT "unit_trees_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "units" ADD CONSTRAINT "units_locality_code_localities_locality_code_fk" FOREIGN KEY ("locality_code") REFERENCES "public"."localities"("locality_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_credentials_locality" ON "api_credentials" USING btree ("locality_code");--> statement-breakpoint
CREATE INDEX "grants_subject" ON "grants" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "http_requests_age" ON "http_requests" USING btree ("first_seen_at");--> statement-breakpoint
CREATE UNIQUE INDEX "attention_items_once" ON "attention_items" USING btree ("kind","subject","parking_no");--> statement-breakpoint
CREATE INDEX "attention_items_open" ON "attention_items" USING btree ("campaign_id","item_id") WHERE "attention_items"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "audit_entries_subject" ON "audit_entries" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "campaign_amendments_campaign" ON "campaign_amendments" USING btree ("campaign_id","recorded_at");--> statement-breakpoint
CREATE INDEX "campaigns_recorded_at" ON "campaigns" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "process_starts_waiting" ON "process_starts" USING btree ("recorded_at") WHERE "process_starts"."started_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "connection_keys_one_active_per_locality" ON "connection_keys" USING btree ("locality_code") WHERE "connection_keys"."activated_at" is not null and "connection_keys"."cancelled_at" is null;--> statement-breakpoint
CREATE INDEX "connection_keys_locality" ON "connection_keys" USING btree ("locality_code");--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_localities_one_running" ON "campaign_localities" USING btree ("locality_code") WHERE "campaign_localities"."left_at" is null;--> statement-breakpoint
CREATE INDEX "stage_acts_locality" ON "stage_acts" USING btree ("campaign_id","locality_code","recorded_at");--> statement-breakpoint
CREATE INDEX "discrepancies_locality" ON "discrepancies" USING btree ("locality_code","discrepancy_id");--> statement-breakpoint
CREATE INDEX "discrepancies_record" ON "discrepancies" USING btree ("record_id");--> statement-breakpoint
CREATE INDEX "matching_days_day" ON "matching_days" USING btree ("campaign_id","day");--> statement-breakpoint
CREATE INDEX "matching_ledger_day" ON "matching_ledger" USING btree ("locality_code","from_day");--> statement-breakpoint
CREATE INDEX "matching_requests_locality" ON "matching_requests" USING btree ("locality_code","day");--> statement-breakpoint
CREATE INDEX "matching_state_locality" ON "matching_state" USING btree ("locality_code","record_id");--> statement-breakpoint
CREATE INDEX "notices_waiting" ON "notices" USING btree ("next_attempt_at") WHERE "notices"."delivered_at" is null;--> statement-breakpoint
CREATE INDEX "intakes_locality" ON "intakes" USING btree ("locality_code","intake_id");--> statement-breakpoint
CREATE INDEX "intakes_source" ON "intakes" USING btree ("source_id","received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "record_contents_line" ON "record_contents" USING btree ("intake_id","line");--> statement-breakpoint
CREATE UNIQUE INDEX "records_one_per_person" ON "records" USING btree ("locality_code","personal_id_hash");--> statement-breakpoint
CREATE INDEX "records_locality" ON "records" USING btree ("locality_code","record_id");--> statement-breakpoint
CREATE INDEX "signing_leaves_version" ON "signing_leaves" USING btree ("record_id","version_no");--> statement-breakpoint
CREATE INDEX "signing_sessions_locality" ON "signing_sessions" USING btree ("locality_code","session_id");--> statement-breakpoint
CREATE UNIQUE INDEX "signing_sessions_one_open" ON "signing_sessions" USING btree ("locality_code") WHERE "signing_sessions"."signed_at" is null and "signing_sessions"."abandoned_at" is null;--> statement-breakpoint
CREATE INDEX "key_administrators_locality" ON "key_administrators" USING btree ("locality_code");--> statement-breakpoint
CREATE INDEX "software_assessments_source" ON "software_assessments" USING btree ("source_id","recorded_at");--> statement-breakpoint
CREATE INDEX "source_systems_by_locality" ON "source_systems" USING btree ("locality_code");--> statement-breakpoint
CREATE INDEX "sync_slots_locality" ON "sync_slots" USING btree ("campaign_id","locality_code");--> statement-breakpoint
CREATE INDEX "sync_windows_campaign" ON "sync_windows" USING btree ("campaign_id","window_id");--> statement-breakpoint
CREATE INDEX "sync_windows_locality" ON "sync_windows" USING btree ("locality_code","window_id");--> statement-breakpoint
CREATE INDEX "units_locality" ON "units" USING btree ("locality_code");