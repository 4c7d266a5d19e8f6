CREATE TABLE "audit" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"project" text,
	"environment" text,
	"object" text NOT NULL,
	"summary" text NOT NULL,
	"before" text NOT NULL,
	"after" text NOT NULL,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "batch" (
	"rollout" text NOT NULL,
	"seq" bigint NOT NULL,
	"at" bigint NOT NULL,
	"stage" bigint NOT NULL,
	"percent" double precision NOT NULL,
	"stratum" text NOT NULL,
	"n1" bigint NOT NULL,
	"e1" bigint NOT NULL,
	"n0" bigint NOT NULL,
	"e0" bigint NOT NULL,
	"w" double precision NOT NULL,
	"ln_m" double precision NOT NULL,
	"ln_s" double precision NOT NULL,
	"state" text,
	"erred" text NOT NULL,
	"seen1" text NOT NULL,
	"seen0" text NOT NULL,
	CONSTRAINT "batch_rollout_seq_pk" PRIMARY KEY("rollout","seq")
);
--> statement-breakpoint
CREATE TABLE "environment" (
	"project" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "environment_project_key_pk" PRIMARY KEY("project","key")
);
--> statement-breakpoint
CREATE TABLE "flag" (
	"project" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "flag_project_key_pk" PRIMARY KEY("project","key")
);
--> statement-breakpoint
CREATE TABLE "lease" (
	"rollout" text PRIMARY KEY NOT NULL,
	"owner" text,
	"until" bigint NOT NULL,
	"fence" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "minute" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"series" text NOT NULL,
	"span" bigint NOT NULL,
	"minute" bigint NOT NULL,
	"subject" text NOT NULL,
	"sums" text NOT NULL,
	"sketch" "bytea",
	CONSTRAINT "minute_project_environment_series_span_minute_subject_pk" PRIMARY KEY("project","environment","series","span","minute","subject")
);
--> statement-breakpoint
CREATE TABLE "part" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "part_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"report" bigint NOT NULL,
	"rollout" text NOT NULL,
	"received_at" bigint NOT NULL,
	"client" boolean NOT NULL,
	"instance" text NOT NULL,
	"sequence" bigint NOT NULL,
	"app" text NOT NULL,
	"platform" text NOT NULL,
	"folded" boolean NOT NULL,
	"payload" text
);
--> statement-breakpoint
CREATE TABLE "plan" (
	"project" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "plan_project_key_pk" PRIMARY KEY("project","key")
);
--> statement-breakpoint
CREATE TABLE "project" (
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "project_key_pk" PRIMARY KEY("key")
);
--> statement-breakpoint
CREATE TABLE "report" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "report_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"instance" text NOT NULL,
	"sequence" bigint NOT NULL,
	"received_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "revision" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"epoch" bigint NOT NULL,
	"n" bigint NOT NULL,
	"retired" boolean NOT NULL,
	CONSTRAINT "revision_project_environment_pk" PRIMARY KEY("project","environment")
);
--> statement-breakpoint
CREATE TABLE "rollout" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"id" text NOT NULL,
	"flag" text NOT NULL,
	"rule" text NOT NULL,
	"release" text NOT NULL,
	"state" text NOT NULL,
	"confirmedAt" bigint,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "rollout_project_environment_id_pk" PRIMARY KEY("project","environment","id")
);
--> statement-breakpoint
CREATE TABLE "segment" (
	"project" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "segment_project_key_pk" PRIMARY KEY("project","key")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text NOT NULL,
	"user" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "session_id_pk" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE TABLE "source" (
	"project" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "source_project_key_pk" PRIMARY KEY("project","key")
);
--> statement-breakpoint
CREATE TABLE "state" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "state_project_environment_flag_pk" PRIMARY KEY("project","environment","flag")
);
--> statement-breakpoint
CREATE TABLE "token" (
	"id" text NOT NULL,
	"hash" text NOT NULL,
	"project" text,
	"environment" text,
	"kind" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "token_id_pk" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text NOT NULL,
	"email" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "user_id_pk" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE INDEX "audit_project" ON "audit" USING btree ("project","environment","seq");--> statement-breakpoint
CREATE INDEX "audit_object" ON "audit" USING btree ("object","seq");--> statement-breakpoint
CREATE INDEX "minute_age" ON "minute" USING btree ("span","minute");--> statement-breakpoint
CREATE INDEX "part_rollout" ON "part" USING btree ("rollout","folded","id");--> statement-breakpoint
CREATE INDEX "part_report" ON "part" USING btree ("report");--> statement-breakpoint
CREATE UNIQUE INDEX "report_identity" ON "report" USING btree ("project","environment","instance","sequence");--> statement-breakpoint
CREATE INDEX "report_received" ON "report" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "rollout_id_unique" ON "rollout" USING btree ("id");--> statement-breakpoint
CREATE INDEX "rollout_state" ON "rollout" USING btree ("state");--> statement-breakpoint
CREATE INDEX "rollout_project_environment_flag" ON "rollout" USING btree ("project","environment","flag");--> statement-breakpoint
CREATE UNIQUE INDEX "rollout_rule_active" ON "rollout" USING btree ("project","environment","flag","rule") WHERE state in ('pending', 'running', 'holding', 'paused');--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user");--> statement-breakpoint
CREATE INDEX "state_project_flag" ON "state" USING btree ("project","flag");--> statement-breakpoint
CREATE UNIQUE INDEX "token_hash_unique" ON "token" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "token_project_environment" ON "token" USING btree ("project","environment");--> statement-breakpoint
CREATE UNIQUE INDEX "user_email_unique" ON "user" USING btree ("email");