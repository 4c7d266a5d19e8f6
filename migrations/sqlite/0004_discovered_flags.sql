CREATE TABLE `discovered` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`flag` text NOT NULL,
	`lastSeenAt` integer NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `environment`, `flag`)
);
--> statement-breakpoint
CREATE INDEX `discovered_lastSeenAt` ON `discovered` (`lastSeenAt`);