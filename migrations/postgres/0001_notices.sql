CREATE TABLE "notice" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notice_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"project" text NOT NULL,
	"body" text NOT NULL,
	"deliveries" text,
	"due" bigint,
	"owner" text,
	"until" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "noticeRoute" (
	"project" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "noticeRoute_project_key_pk" PRIMARY KEY("project","key")
);
--> statement-breakpoint
CREATE TABLE "scheduled" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"id" text NOT NULL,
	"flag" text NOT NULL,
	"state" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "scheduled_project_environment_id_pk" PRIMARY KEY("project","environment","id")
);
--> statement-breakpoint
CREATE INDEX "notice_due" ON "notice" USING btree ("due");--> statement-breakpoint
CREATE INDEX "notice_project" ON "notice" USING btree ("project","id");--> statement-breakpoint
CREATE INDEX "scheduled_state" ON "scheduled" USING btree ("state");--> statement-breakpoint
CREATE INDEX "scheduled_project_environment_flag" ON "scheduled" USING btree ("project","environment","flag");