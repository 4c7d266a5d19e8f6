CREATE TABLE "signingKey" (
	"id" text NOT NULL,
	"version" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "signingKey_id_pk" PRIMARY KEY("id")
);
