CREATE TABLE "discovered" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"lastSeenAt" bigint NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "discovered_project_environment_flag_pk" PRIMARY KEY("project","environment","flag")
);
--> statement-breakpoint
CREATE INDEX "discovered_lastSeenAt" ON "discovered" USING btree ("lastSeenAt");