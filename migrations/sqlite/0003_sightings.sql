CREATE TABLE `sighting` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`flag` text NOT NULL,
	`minute` integer NOT NULL,
	PRIMARY KEY(`project`, `environment`, `flag`)
);
