CREATE TABLE "sighting" (
	"project" text NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"minute" bigint NOT NULL,
	CONSTRAINT "sighting_project_environment_flag_pk" PRIMARY KEY("project","environment","flag")
);
